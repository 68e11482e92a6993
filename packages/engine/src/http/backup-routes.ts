// The routes of backups, for operators: POST begins one on the server's own machine, GET says how it goes. A backup of a large log takes
// longer than a request may, so beginning does not wait for the end.
import { isAbsolute } from 'node:path';
import { NodeDisk } from '../adapters/node-disk.js';
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Engine } from '../runtime/engine.js';
import { answer, refuse } from './cold-answer.js';
import { isObject } from './json-body.js';
import type { RouteTable } from './route-table.js';

export function addBackups(table: RouteTable, engine: Engine): void {
  table.add('GET', '/v1/backups', { needs: 'admin' }, () => answer(ok(engine.backups.status)));
  table.add('POST', '/v1/backups', { needs: 'admin' }, ({ json }) => {
    const body = json();
    const to = body.ok ? folderIn(body.value) : body;
    if (!to.ok) return refuse(to);
    if (engine.backups.status.state === 'running') return refuse(fail('backup_running'));
    // What becomes of it stands in its status.
    void engine.backups.run(new NodeDisk(to.value));
    return answer(ok({ success: true, state: engine.backups.status.state }));
  });
}

/** Fails with body_shape and the place. */
function folderIn(body: unknown): Result<string> {
  if (!isObject(body)) return fail('body_shape', '');
  const { to } = body;
  if (typeof to !== 'string' || !isAbsolute(to) || to.includes('\0') || to.length > limits.itemTextCharsMax)
    return fail('body_shape', '/to');
  return ok(to);
}
