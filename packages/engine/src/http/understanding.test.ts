// Segments and insights over HTTP: counts, members with the purpose only, and the engine's traits behind patterns, trends and correlations.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { worldDefinitions } from '../sim/world-definitions.js';
import { Doorway } from './doorway.suite.js';

const dayMs = 86_400_000;
let doorway: Doorway;

beforeAll(async () => {
  doorway = await Doorway.open(async (rig) => {
    rig.definitions = worldDefinitions;
    await rig.restart();
    for (let person = 0; person < 40; person += 1) {
      const subject = `p${person}`;
      await rig.say(subject, 'granted', 'personalise', ...(person < 36 ? (['analytics'] as const) : []));
    }
    for (let day = 0; day < 40; day += 1) {
      rig.clock.advance(dayMs);
      const events = Array.from({ length: 40 }, (_, person) => person).flatMap((person) => {
        const item = day % 3 === 2 ? 'pot' : day % 3 === 0 ? 'tea' : 'cup';
        const often = day >= 25 ? 2 : 5;
        return (person + day) % often === 0 ? [rig.view(`p${person}`, item)] : [];
      });
      await rig.send(...events);
    }
    await rig.engine.moveTime();
    return { engine: rig.engine };
  });
});
afterAll(() => doorway.close());

const get = async (path: string): Promise<{ status: number; body: Record<string, unknown> }> => {
  const { status, body } = await doorway.send('GET', path);
  return { status, body: { ...body } };
};

describe('GET /v1/segments', () => {
  it('counts, hides a few, and lists who for the purpose alone', async () => {
    const { body } = await get('/v1/segments');
    expect(body['segments']).toContainEqual({ name: 'viewers', title: 'viewers', purpose: 'personalise', people: 40 });
    expect(body['segments']).toContainEqual({ name: 'seekers', title: 'seekers', purpose: 'analytics', people: null, fewerThan: 5 });
    expect((await get('/v1/segments/viewers')).body['members']).toBeUndefined();
    expect((await get('/v1/segments/viewers?purpose=personalise&limit=3')).body['members']).toEqual(['p0', 'p1', 'p10']);
    expect(await get('/v1/segments/viewers?purpose=analytics')).toMatchObject({
      status: 403,
      body: { error: { code: 'segment_purpose' } },
    });
    expect(await get('/v1/segments/viewers?purpose=fun')).toMatchObject({ status: 400, body: { error: { code: 'purpose_unknown' } } });
    expect(await get('/v1/segments/viewers?limit=x')).toMatchObject({ status: 400, body: { error: { code: 'body_shape' } } });
    expect(await get('/v1/segments/none')).toMatchObject({ status: 404, body: { error: { code: 'segment_unknown' } } });
    expect((await get('/v1/segments/champions/lookalikes?purpose=personalise')).status).toBe(200);
    expect(await doorway.send('POST', '/v1/cut-points')).toMatchObject({ status: 200, body: { published: ['rfm'], withheld: [] } });
  });
});

describe('insights', () => {
  it('come from those who grant analytics, each with its family of tests', async () => {
    const trends = (await get('/v1/trends')).body;
    expect(trends).toMatchObject({ trait: 'acts_by_hour', rate: 0.05, people: 36 });
    expect(trends['findings']).toContainEqual(expect.objectContaining({ type: 'item.viewed', kind: 'change' }));
    expect((await get('/v1/patterns?trait=steps')).body).toMatchObject({ trait: 'steps', people: 36 });
    expect((await get('/v1/correlations')).body).toMatchObject({ trait: 'acts', people: 36, tests: 0 });
    expect(await get('/v1/patterns?trait=acts')).toMatchObject({ status: 404, body: { error: { code: 'insight_trait' } } });
  });
});
