// Routes of segments and insights: counts for whoever runs the host, people only with the purpose that the segment is kept for.
import { fail, ok, type Result } from '../base/result.js';
import { isPurpose, type Purpose } from '../model/purpose.js';
import type { Engine } from '../runtime/engine.js';
import { answer } from './cold-answer.js';
import { isId } from '../model/id.js';
import type { SegmentPage } from '../runtime/segmentation.js';
import type { Asked, RouteTable } from './route-table.js';
import { unmasked } from './unmasked-answer.js';

const lookalikesTold = 100;

export function addUnderstanding(table: RouteTable, engine: Engine): void {
  const secret = { needs: 'secret' } as const;
  table.add('GET', '/v1/segments', secret, () => answer(ok({ segments: engine.segmentation.list() })));
  table.add('GET', '/v1/segments/:name', secret, (asked) =>
    unmasked(
      engine,
      asked.key,
      () => segment(engine, asked),
      ({ members = [] }) => members,
    ),
  );
  table.add('GET', '/v1/segments/:name/lookalikes', secret, ({ param, query, key }) => {
    const purpose = query('purpose');
    const limit = limitIn(query('limit'));
    if (!isPurpose(purpose)) return answer(fail('purpose_unknown', '/purpose'));
    if (!limit.ok) return answer(limit);
    const most = limit.value ?? lookalikesTold;
    const read = async () => {
      const found = await engine.segmentation.lookalikes(param('name'), purpose, most);
      return found.ok ? ok({ lookalikes: found.value }) : found;
    };
    return unmasked(engine, key, read, ({ lookalikes }) => lookalikes.map(({ subject }) => subject));
  });
  table.add('POST', '/v1/cut-points', { needs: 'admin' }, async () => answer(await engine.segmentation.publishCutPoints()));
  table.add('GET', '/v1/patterns', secret, async ({ query }) => answer(await engine.insights.patterns(query('trait'))));
  table.add('GET', '/v1/trends', secret, async ({ query }) => answer(await engine.insights.trends(query('trait'))));
  table.add('GET', '/v1/correlations', secret, async ({ query }) => answer(await engine.insights.correlations(query('trait'))));
}

function segment(engine: Engine, { param, query }: Asked): Result<SegmentPage> {
  const limit = limitIn(query('limit'));
  if (!limit.ok) return limit;
  const purpose = query('purpose');
  const after = query('after');
  if (after !== undefined && !isId(after)) return fail('body_shape', '/after');
  if (purpose === undefined) return engine.segmentation.get(param('name'));
  if (!isPurpose(purpose)) return fail('purpose_unknown', '/purpose');
  const asked: { purpose: Purpose; after?: string; limit?: number } = { purpose };
  if (after !== undefined) asked.after = after;
  if (limit.value !== undefined) asked.limit = limit.value;
  return engine.segmentation.get(param('name'), asked);
}

function limitIn(text: string | undefined): Result<number | undefined> {
  if (text === undefined) return ok(undefined);
  const limit = Number(text);
  return Number.isInteger(limit) && limit >= 1 ? ok(limit) : fail('body_shape', '/limit');
}
