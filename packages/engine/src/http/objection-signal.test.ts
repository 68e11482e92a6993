// Global Privacy Control, by its specification (https://w3c.github.io/gpc/) and by docs/gpc.md: what is the signal, what it does, and that
// it is written once.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemTypes } from '../model/system-event.js';
import type { Stand } from '../consent/standing.js';
import type { Purpose } from '../model/purpose.js';
import { Doorway, view } from './doorway.suite.js';
import { carriesObjection } from './objection-signal.js';

let doorway: Doorway;
beforeEach(async () => {
  doorway = await Doorway.open();
});
afterEach(() => doorway.close());

const gpc = { 'Sec-GPC': '1' };
const stand = (subject: string, purpose: Purpose): Stand | undefined => doorway.rig.engine.core.gate.standing(subject)?.stands[purpose];
const length = (): number => doorway.rig.engine.core.fold.position;

/** The choices in the log about a person, with where each was made and of which purposes the signal spoke. */
function chosen(subject: string): unknown[] {
  const { log } = doorway.rig.engine;
  const events = [...log.read(0)].flatMap(({ bytes }) => (bytes === null ? [] : [JSON.parse(Buffer.from(bytes).toString('utf8'))]));
  const own = events.map((each) => (Array.isArray(each) ? each : Object.values(each)));
  return own.filter((each) => each.includes(systemTypes.consentChanged) && each.includes(subject));
}

async function declare(purpose: 'personalise' | 'train'): Promise<void> {
  await doorway.post('/v1/bases', { eventType: 'item.imported', purpose, basis: 'legitimate_interests', reason: 'test' });
}
const imported = (subject: string): unknown => view(subject, 'tea', { event: 'item.imported' });
const choose = (subject: string, choices: object, headers: Record<string, string> = {}) =>
  doorway.post('/v1/consents', { subject, choices, origin: 'panel' }, headers);

describe('what is the signal', () => {
  /** As node:http gives it: values of lines with one name are joined. */
  const carries = (...values: string[]): boolean =>
    carriesObjection({ headers: { 'sec-gpc': values.join(', ') }, rawHeaders: values.flatMap((value) => ['SEC-gpc', value]) });

  test('one header line whose value is exactly 1', () => {
    expect(carries('1')).toBe(true);
    for (const value of ['', '0', '2', '01', '1.0', '+1', '"1"', 'true', '1;a', '1,1', '1, 1', '1 1', '\u0661', '?1']) {
      expect([value, carries(value)]).toEqual([value, false]);
    }
    expect(carriesObjection({ headers: {}, rawHeaders: [] })).toBe(false);
    expect(carriesObjection({ headers: { dnt: '1' }, rawHeaders: ['DNT', '1'] })).toBe(false);
  });

  test('of several lines one that is exactly 1 is enough, and counts once', () => {
    expect(carries('0', '1')).toBe(true);
    expect(carries('1', '1')).toBe(true);
    expect(carries('1', 'yes', '0')).toBe(true);
    expect(carries('0', '2')).toBe(false);
    expect(carries('0, 1', '2')).toBe(false);
    // A value of another line, or a name that stands where values stand, is none.
    expect(carriesObjection({ headers: { 'sec-gpc': '0, 2' }, rawHeaders: ['A', 'sec-gpc', '1', 'x', 'Sec-GPC', '0', 'X', '1'] })).toBe(
      false,
    );
  });

  test('on the wire: several lines count, blanks around the value are no part of it, a trailer is not looked at', async () => {
    await declare('personalise');
    const ask = async (subject: string, lines: readonly string[], trailers: readonly string[] = []): Promise<string | undefined> => {
      const body = JSON.stringify(imported(subject));
      const framed = trailers.length === 0 ? body : `${body.length.toString(16)}\r\n${body}\r\n0\r\n${trailers.join('\r\n')}\r\n\r\n`;
      const how = trailers.length === 0 ? `Content-Length: ${body.length}` : 'Transfer-Encoding: chunked\r\nTrailer: Sec-GPC';
      const head = ['POST /v1/batch HTTP/1.1', 'Host: 127.0.0.1', 'Connection: close', how, ...lines].join('\r\n');
      const answer = await doorway.raw([`${head}\r\n\r\n${framed}`]);
      expect(answer).toContain(' 200 ');
      return stand(subject, 'personalise')?.choice;
    };
    expect(await ask('one', ['Sec-GPC: 0', 'sec-gpc: 1'])).toBe('objected');
    expect(await ask('two', ['SEC-GPC:   1  '])).toBe('objected');
    expect(await ask('three', ['Sec-GPC: 0, 1'])).toBeUndefined();
    expect(await ask('four', [], ['Sec-GPC: 1'])).toBeUndefined();
    expect(await ask('five', ['Sec-GPC: 1'], ['Sec-GPC: 0'])).toBe('objected');
  });
});

describe('what it does', () => {
  test('it is kept only where a declared basis would else allow the purpose', async () => {
    await doorway.post('/v1/batch', view('gus', 'tea'), gpc);
    expect(doorway.rig.engine.core.gate.standing('gus')).toBeUndefined();
    await declare('personalise');
    expect((await doorway.post('/v1/batch', imported('gus'))).body.accepted).toBe(1);
    expect((await doorway.post('/v1/batch', imported('gus'), { 'Sec-GPC': '0' })).body.accepted).toBe(1);
    const refused = await doorway.post('/v1/batch', imported('gus'), gpc);
    expect(refused.body.rejected[0]?.code).toBe('no_grant');
    expect(stand('gus', 'personalise')?.choice).toBe('objected');
  });

  test('repeated on every request of every kind it appends one event', async () => {
    await declare('personalise');
    await doorway.post('/v1/batch', imported('gus'));
    const before = length();
    const cloud = { specversion: '1.0', id: 'c', source: '/x', type: 'item.imported', subject: 'gus', data: { product_id: 'tea' } };
    for (let n = 0; n < 20; n += 1) {
      await doorway.post('/v1/batch', { batch: [imported('gus'), imported('gus')] }, gpc);
      await doorway.post('/v1/events', { ...cloud, id: `c${n}` }, { ...gpc, 'Content-Type': 'application/cloudevents+json' });
      await choose('gus', {}, gpc);
    }
    await Promise.all(Array.from({ length: 20 }, () => doorway.post('/v1/batch', imported('gus'), gpc)));
    expect(length() - before).toBe(1);
    expect(chosen('gus')).toHaveLength(1);
  });

  test('a grant of one’s own for personalising is no matter of the signal', async () => {
    await choose('ann', { personalise: 'granted', train: 'granted' });
    expect((await doorway.post('/v1/batch', view('ann', 'tea'), gpc)).body.accepted).toBe(1);
    expect(stand('ann', 'personalise')?.choice).toBe('granted');
    const explicit = { consent: { categoryPreferences: { personalise: true } } };
    expect((await doorway.post('/v1/batch', view('hal', 'tea', { context: explicit }), gpc)).body.accepted).toBe(1);
    // Yet a decision for a request that carries it uses nothing of the person.
    expect((await doorway.post('/v1/decide/home', { userId: 'ann' }, gpc)).body).toMatchObject({ because: 'objection_signal' });
  });

  test('it takes back a grant to share that is older than it', async () => {
    await choose('ann', { share: 'granted', personalise: 'granted' });
    await doorway.post('/v1/batch', view('ann', 'tea'), gpc);
    expect(stand('ann', 'share')).toMatchObject({ choice: 'objected', signal: true });
    expect(JSON.stringify(chosen('ann').at(-1))).toContain('gpc');
  });

  test('a later explicit grant holds against it, and is recorded as given in its hearing', async () => {
    await choose('ann', { share: 'granted', personalise: 'granted' });
    await doorway.post('/v1/batch', view('ann', 'tea'), gpc);
    doorway.rig.clock.advance(1000);
    // In the same browser, which goes on sending the signal; then without it, by the host's own server.
    for (const [subject, headers] of [
      ['ann', gpc],
      ['bea', gpc],
      ['cay', {}],
    ] as const) {
      if (subject === 'cay') {
        await choose('cay', { share: 'granted', personalise: 'granted' });
        await doorway.post('/v1/batch', view('cay', 'tea'), gpc);
        expect(stand('cay', 'share')?.choice).toBe('objected');
        doorway.rig.clock.advance(1000);
      }
      expect((await choose(subject, { share: 'granted', personalise: 'granted' }, headers)).status).toBe(200);
      expect(stand(subject, 'share')).toMatchObject({ choice: 'granted', signal: true });
      const after = length();
      expect((await doorway.post('/v1/batch', view(subject, 'cup'), gpc)).body.accepted).toBe(1);
      expect(stand(subject, 'share')?.choice).toBe('granted');
      expect(length() - after).toBe(1);
    }
    expect(JSON.stringify(chosen('ann').at(-1))).toMatch(/"signal":\["(?:personalise","share|share)"\]/);
  });

  test('the same grant said again in its hearing outweighs it, once, and goes on as it was', async () => {
    await choose('ann', { share: 'granted', personalise: 'granted' });
    const since = stand('ann', 'share')?.since;
    doorway.rig.clock.advance(1000);
    await choose('ann', { share: 'granted' }, gpc);
    const after = length();
    await choose('ann', { share: 'granted' }, gpc);
    await doorway.post('/v1/batch', view('ann', 'tea'), gpc);
    expect(length() - after).toBe(1); // the view alone
    expect(stand('ann', 'share')).toMatchObject({ choice: 'granted', since, signal: true });
  });

  test('a grant in its hearing holds, whether what follows comes in the same batch, at once, or later', async () => {
    const granting = { context: { consent: { categoryPreferences: { share: true, personalise: true } } } };
    const cloud = (subject: string, id: string, more: object = {}) => ({
      specversion: '1.0',
      id,
      source: '/x',
      type: 'item.viewed',
      subject,
      data: { product_id: 'tea' },
      ...more,
    });
    const json = { ...gpc, 'Content-Type': 'application/cloudevents-batch+json' };
    const ways: { readonly [subject: string]: () => Promise<unknown> } = {
      apart: async () => {
        await doorway.post('/v1/batch', view('apart', 'tea', granting), gpc);
        return doorway.post('/v1/batch', view('apart', 'cup'), gpc);
      },
      batch: () => doorway.post('/v1/batch', { batch: [view('batch', 'tea', granting), view('batch', 'cup')] }, gpc),
      cloud: () => {
        const consent = 'share=granted personalise=granted';
        return doorway.post('/v1/events', [cloud('cloud', 'a', { consent }), cloud('cloud', 'b')], json);
      },
      once: () => {
        const { engine } = doorway.rig;
        const event = { ...doorway.rig.view('once', 'tea'), consent: { choices: {}, origin: 'gpc', objects: true } as const };
        return Promise.all([
          engine.choose('once', { choices: { share: 'granted', personalise: 'granted' }, origin: 'panel', objects: true }),
          engine.accept([event]),
        ]);
      },
    };
    for (const [subject, send] of Object.entries(ways)) {
      await choose(subject, { share: 'granted', personalise: 'granted' });
      doorway.rig.clock.advance(1000);
      await send();
      expect([subject, stand(subject, 'share')]).toEqual([subject, expect.objectContaining({ choice: 'granted', signal: true })]);
      expect(chosen(subject)).toHaveLength(2);
      expect(doorway.rig.engine.profile(subject)).toMatchObject({ ok: true });
    }
  });

  test('it never widens: what was refused stays refused in the person’s own words', async () => {
    await declare('personalise');
    await choose('ann', { personalise: 'objected', share: 'denied' });
    const before = length();
    await doorway.post('/v1/batch', imported('ann'), gpc);
    expect(length()).toBe(before);
  });

  test('state is a fold of the log with signals in it', async () => {
    await declare('personalise');
    await choose('ann', { share: 'granted', personalise: 'granted' });
    await doorway.post('/v1/batch', view('ann', 'tea'), gpc);
    doorway.rig.clock.advance(1000);
    await choose('ann', { share: 'granted' }, gpc);
    await doorway.post('/v1/batch', imported('gus'), gpc);
    const live = await doorway.rig.dump();
    await doorway.rig.restart(true);
    expect(await doorway.rig.dump()).toEqual(live);
  });
});

test('/.well-known/gpc.json is a JSON object with a boolean and an RFC 3339 date, for anybody', async () => {
  const reply = await doorway.send('GET', '/.well-known/gpc.json');
  expect(reply.status).toBe(200);
  expect(reply.headers.get('content-type')).toBe('application/json');
  expect(reply.body).toEqual({ gpc: true, lastUpdate: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) });
  expect((await doorway.post('/.well-known/gpc.json')).status).toBe(405);
});
