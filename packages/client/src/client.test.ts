// The client against a real server and beside the engine in process; and against servers that refuse, stall and stammer.
import { createServer, type Server, type ServerResponse } from 'node:http';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, expectTypeOf, test } from 'vitest';
import { Doorway } from '../../engine/src/http/doorway.suite.js';
import { combine } from '../../engine/src/pack/combined.js';
import { travel } from '../../engine/src/packs/travel.js';
import { Rig } from '../../engine/src/runtime/rig.suite.js';
import { defaultPoints, type Engine } from '../../engine/src/runtime/engine.js';
import { surroundings } from '../../engine/src/runtime/surroundings.js';
import { limits } from '../../engine/src/base/limits.js';
import { errors, type ErrorCode as EngineCode } from '../../engine/src/base/errors.js';
import { generate } from '../scripts/generate.mjs';
import type { ErrorCode } from './api.js';
import { places, plain, promised, scenarios } from './behaviour.suite.js';
import { connect, type Ethogram } from './client.js';
import { inProcess, type EngineLike } from './in-process.js';

/** In process, and as the door does it: that a person is shown to an operator is noted in their stream first (docs/ledger.md). */
function noting(engine: Engine): Ethogram {
  const inside = inProcess(engine);
  return {
    ...inside,
    profile: async (subject) => {
      await engine.unmaskings.note('operator', [subject]);
      return inside.profile(subject);
    },
  };
}

/** With the travel pack beside the shop, which brings a plan point. */
async function packed(rig: Rig): Promise<Rig> {
  const { definitions, points, eventTypes, planPoints } = combine([travel], { ...surroundings, decisionPoints: defaultPoints });
  rig.definitions = definitions;
  await rig.engine.close();
  await rig.start(points, { eventTypes, planPoints });
  return rig;
}

describe('the same answers in process and over HTTP', () => {
  test.each(scenarios)('$name', async ({ run }) => {
    const rig = await packed(await Rig.open());
    const doorway = await Doorway.open(async (their) => ({ engine: (await packed(their)).engine }));
    try {
      const here = await run(noting(rig.engine), rig.clock.now());
      const there = await run(connect({ url: doorway.url }), doorway.rig.clock.now());
      expect(plain(there.map(promised))).toEqual(plain(here.map(promised)));
      expect(there.length).toBeGreaterThan(1);
    } finally {
      await doorway.close();
      await rig.engine.close();
    }
  });
});

/** The example of the README, word for word. */
async function planned(ethogram: Ethogram, console: { readonly log: (...said: unknown[]) => void }): Promise<void> {
  const plan = await ethogram.plan({
    point: 'itinerary',
    subject: 'ann',
    windows: [{ from: Date.UTC(2026, 5, 1, 9), until: Date.UTC(2026, 5, 1, 17) }],
    mustSee: ['castle'],
    budget: { amount: 3000, currency: 'EUR' },
  });
  if (plan.ok && plan.value.refused === null) {
    for (const { title, arriveAt, why } of plan.value.stops) console.log(new Date(arriveAt).toISOString(), title, why);
    const happened = { plan: plan.value.id, done: ['castle'], at: Date.UTC(2026, 5, 1, 11), closed: ['museum'] };
    const changed = await ethogram.plan({ point: 'itinerary', subject: 'ann', disruption: happened });
    if (changed.ok) console.log(changed.value.changes, await ethogram.whyPlan(changed.value.id));
  }
}

test('the README plans as it says, against a server', async () => {
  const [source = '', readme = ''] = ['./client.test.ts', '../README.md'].map((path) =>
    readFileSync(new URL(path, import.meta.url), 'utf8'),
  );
  const [, example = ''] = /^async function planned.*\n((?:  .*\n)+)\}$/m.exec(source) ?? [];
  expect(readme).toContain(`\`\`\`ts\n${example.replaceAll(/^ {2}/gm, '')}\`\`\``);
  const doorway = await Doorway.open(async (rig) => ({ engine: (await packed(rig)).engine }));
  try {
    const ethogram = connect({ url: doorway.url });
    await ethogram.upsertItems(places);
    await ethogram.choose('ann', { choices: { personalise: 'granted' }, origin: 'test' });
    const said: unknown[][] = [];
    await planned(ethogram, { log: (...line) => said.push(line) });
    expect(said.slice(0, -1).map(([, title]) => title)).toEqual(expect.arrayContaining(['The castle', 'The museum']));
    expect(said.at(-1)).toMatchObject([expect.arrayContaining(['The museum is out: it is closed.']), { ok: true }]);
  } finally {
    await doorway.close();
  }
});

test('types: the engine fits, its error codes are the client\u2019s', () => {
  expectTypeOf<Engine>().toExtend<EngineLike>();
  expectTypeOf<ErrorCode>().toEqualTypeOf<EngineCode>();
  expectTypeOf<ReturnType<typeof connect>>().toEqualTypeOf<Ethogram>();
});

test('src/api.ts is what the document says', () => {
  const bare = (text: string): string => text.replaceAll(/[\s;|()'"]|,(?=\s*\})/g, '').replaceAll(',', '');
  expect(bare(readFileSync(new URL('./api.ts', import.meta.url), 'utf8'))).toBe(bare(generate()));
  expect(Object.keys(errors).every((code) => generate().includes(`"${code}"`))).toBe(true);
});

describe('a server that', () => {
  let server: Server | undefined;
  const waits: number[] = [];
  const asked: { method: string; path: string; authorization: string | undefined }[] = [];
  afterEach(async () => {
    waits.length = 0;
    asked.length = 0;
    const closing = server;
    server = undefined;
    if (closing !== undefined) {
      const closed = new Promise<void>((resolve) => closing.close(() => resolve()));
      closing.closeAllConnections();
      await closed;
    }
  });

  async function serve(answer: (attempt: number, response: ServerResponse, body: string) => void, retries = 3): Promise<Ethogram> {
    const started = createServer((request, response) => {
      asked.push({ method: request.method ?? '', path: request.url ?? '', authorization: request.headers.authorization });
      let text = '';
      request.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
      });
      request.on('end', () => answer(asked.length, response, text));
    });
    server = started;
    await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
    const address = started.address();
    const url = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}/`;
    const wait = (ms: number): Promise<void> => Promise.resolve(void waits.push(ms));
    return connect({ url, key: 'eth_s_x', retries, timeoutMs: 300, wait });
  }
  const refuse = (response: ServerResponse, status: number, code: string, headers = {}): void => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    response.end(JSON.stringify({ error: { code, sentence: 's', hint: 'h', field: '/x' } }));
  };
  const profile = (response: ServerResponse): unknown => response.end('{"subject":"ann","consent":null,"traits":{},"events":0}');

  test('says later is asked again, after as long as it says', async () => {
    const ethogram = await serve((attempt, response) => {
      if (attempt === 1) refuse(response, 503, 'overloaded', { 'Retry-After': '2' });
      else if (attempt === 2) refuse(response, 429, 'rate_limited', { 'Retry-After': '999' });
      else if (attempt === 3) refuse(response, 503, 'overloaded');
      else profile(response);
    });
    expect(await ethogram.profile('a/b')).toMatchObject({ ok: true, value: { subject: 'ann' } });
    expect(waits.slice(0, 2)).toEqual([2000, 30_000]);
    expect(waits[2]).toBeGreaterThanOrEqual(400);
    expect(waits[2]).toBeLessThanOrEqual(800);
    expect(asked[0]).toEqual({ method: 'GET', path: '/v1/subjects/a%2Fb', authorization: 'Bearer eth_s_x' });
  });

  test('goes on saying later is believed in the end', async () => {
    const ethogram = await serve((_, response) => refuse(response, 503, 'overloaded'), 2);
    expect(await ethogram.accept([])).toMatchObject({ ok: false, code: 'overloaded' });
    expect(asked).toHaveLength(3);
  });

  test('says no is not asked again', async () => {
    const ethogram = await serve((_, response) => refuse(response, 403, 'key_kind'));
    expect(await ethogram.choose('ann', { choices: {}, origin: 'x' })).toEqual({ ok: false, code: 'key_kind', field: '/x', detail: 's' });
    expect(asked).toHaveLength(1);
  });

  test('hangs up: asked again for what may be done twice, not for a decision or a plan', async () => {
    const ethogram = await serve((attempt, response) => (attempt < 3 ? response.destroy() : profile(response)));
    expect((await ethogram.profile('ann')).ok).toBe(true);
    expect(asked).toHaveLength(3);
    for (const decide of [() => ethogram.rank({ point: 'home' }), () => ethogram.plan({ point: 'a/b' })]) {
      asked.length = 0;
      expect(await decide()).toMatchObject({ ok: false, code: 'server_unreachable' });
      expect(asked).toHaveLength(1);
    }
    expect(asked[0]).toMatchObject({ method: 'POST', path: '/v1/plan/a%2Fb' });
  });

  test('stands behind a gateway that gave up: what became of a decision is not known, so it is not asked for again', async () => {
    const ethogram = await serve((attempt, response) =>
      attempt < 3 ? response.writeHead(attempt === 1 ? 504 : 502).end('<h1>nginx</h1>') : profile(response),
    );
    expect((await ethogram.profile('ann')).ok).toBe(true);
    for (const decide of [() => ethogram.rank({ point: 'home' }), () => ethogram.plan({ point: 'trip' })]) {
      asked.length = 0;
      expect(await decide()).toMatchObject({ ok: false, code: 'server_unreachable' });
      expect(asked).toHaveLength(1);
    }
  });

  test('says later itself: it did nothing, so a decision is asked for again', async () => {
    const ethogram = await serve((attempt, response) =>
      refuse(response, attempt === 1 ? 503 : 403, attempt === 1 ? 'overloaded' : 'key_kind'),
    );
    expect(await ethogram.rank({ point: 'home' })).toMatchObject({ ok: false, code: 'key_kind' });
    expect(asked).toHaveLength(2);
  });

  test('hears a choice twice hears when it was made: a repeat undoes no withdrawal that came between', async () => {
    const heard: { readonly timestamp?: string; readonly sentAt?: string }[] = [];
    const ethogram = await serve((attempt, response, text) => {
      heard.push(JSON.parse(text));
      if (attempt === 1) response.destroy();
      else response.end('{"success":true,"epoch":7}');
    });
    const before = Date.now();
    const granted = { choices: { personalise: 'granted' }, origin: 'x' } as const;
    expect(await ethogram.choose('ann', granted)).toEqual({ ok: true, value: { epoch: 7 } });
    // The server dates the first; how far the sender's clock stands off it learns from `sentAt`.
    expect(heard[0]).toEqual({ subject: 'ann', ...granted });
    const [madeAt, sentAt] = [Date.parse(heard[1]?.timestamp ?? ''), Date.parse(heard[1]?.sentAt ?? '')];
    expect(madeAt).toBeGreaterThanOrEqual(before);
    expect(sentAt).toBeGreaterThanOrEqual(madeAt);
  });

  test('never answers is given up in time', async () => {
    const ethogram = await serve(() => undefined, 1);
    expect(await ethogram.health()).toMatchObject({ ok: false, code: 'server_unreachable' });
    expect(asked).toHaveLength(2);
  });

  test('is not ours, or is not there', async () => {
    const ethogram = await serve((_, response) => response.writeHead(404).end('<h1>nginx</h1>'));
    expect(await ethogram.why('d')).toMatchObject({ ok: false, code: 'server_unreachable' });
    expect(await connect({ url: 'http://127.0.0.1:1', retries: 0 }).health()).toMatchObject({ ok: false, code: 'server_unreachable' });
  });

  test('takes no more than its limits at once gets several requests, and each place comes back right', async () => {
    const lengths: number[] = [];
    const ethogram = await serve((attempt, response, text) => {
      const body: { readonly batch: readonly unknown[] } = JSON.parse(text);
      lengths.push(body.batch.length);
      const rejected = attempt === 2 ? [{ index: 1, messageId: null, code: 'no_grant', field: null, hint: 'h' }] : [];
      response.end(JSON.stringify({ success: true, accepted: body.batch.length - rejected.length, rejected }));
    });
    const event = { subject: 'ann', type: 'item.viewed', occurredAt: 1e12, source: 's' };
    const events = Array.from({ length: 2600 }, (_, at) => ({ ...event, id: `e${at}`, properties: {} }));
    const done = await ethogram.accept(events);
    expect(done).toEqual({ ok: true, value: { accepted: 2599, rejections: [{ index: (lengths[0] ?? 0) + 1, code: 'no_grant' }] } });
    expect(lengths.every((length) => length <= 2500)).toBe(true);
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(2600);
    const large = Array.from({ length: 30 }, (_, at) => ({ ...event, id: `l${at}`, properties: { text: 'x'.repeat(30_000) } }));
    lengths.length = 0;
    await ethogram.accept(large);
    expect(lengths.length).toBeGreaterThan(1);
    expect(await ethogram.accept([])).toEqual({ ok: true, value: { accepted: 0, rejections: [] } });
  });

  test('counts bytes gets bodies that it takes, in whatever script, of events and of items', async () => {
    const sizes: number[] = [];
    const ethogram = await serve((_, response, text) => {
      sizes.push(Buffer.byteLength(text));
      response.end('{"success":true,"accepted":1,"rejected":[]}');
    });
    const text = '\u8336'.repeat(2_000);
    const event = { subject: 'ann', type: 'item.viewed', occurredAt: 1e12, source: 's', properties: { text } };
    await ethogram.accept(Array.from({ length: 150 }, (_, at) => ({ ...event, id: `e${at}` })));
    await ethogram.upsertItems(Array.from({ length: 150 }, (_, at) => ({ id: `i${at}`, title: text })));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(limits.bodyBytesMax);
    expect(sizes).toHaveLength(4);
  });

  test('has stopped: its health is an answer all the same', async () => {
    const ethogram = await serve((_, response) => response.writeHead(503).end('{"status":"stopped"}'));
    expect(await ethogram.health()).toMatchObject({ ok: true, value: { status: 'stopped' } });
    expect(asked).toHaveLength(1);
  });
});
