// GET /v1/subjects/ID/archive: all that is kept about one person, for the host.
import { ok } from '../base/result.js';
import type { Engine } from '../runtime/engine.js';
import { archiveAnswer } from './archive-answer.js';
import { refuse } from './cold-answer.js';
import { isId } from '../model/id.js';
import type { RouteTable } from './route-table.js';
import { callerOf, noted } from './unmasked-answer.js';

export function addArchive(table: RouteTable, engine: Engine): void {
  table.add('GET', '/v1/subjects/:id/archive', { needs: 'secret' }, async ({ param, key }) => {
    const id = param('id');
    if (!isId(id)) return refuse({ code: 'subject_unknown' });
    const seen = await noted(
      engine,
      key,
      () => ok(engine.core.identity.members(id)),
      (ids) => ids,
    );
    if (!seen.ok) return refuse(seen);
    return archiveAnswer(engine, id, callerOf(key), { 'Content-Disposition': 'attachment; filename="archive.zip"' });
  });
}
