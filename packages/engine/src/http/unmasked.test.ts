// Who saw whom: each answer that shows an operator a person leaves person.unmasked in their stream, once for a caller, person and day.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KeyRing } from '../access/key-ring.js';
import { KeyStore } from '../access/key-store.js';
import { SeededEntropy } from '../adapters/seeded-entropy.js';
import { decodeEvent } from '../model/event-codec.js';
import { systemTypes, type AdminAct } from '../model/system-event.js';
import { Doorway, type Reply } from './doorway.suite.js';
import { unmasked } from './unmasked-answer.js';

let doorway: Doorway;
const keys: { id: string; text: string; kind: string }[] = [];

beforeEach(async () => {
  keys.length = 0;
  doorway = await Doorway.open(async ({ disk, clock }) => {
    const store = new KeyStore(disk, new SeededEntropy(8));
    for (const kind of ['write', 'secret', 'secret', 'admin'] as const) {
      const made = await store.add(kind, clock.now());
      if (made.ok) keys.push({ id: made.value.key.id, text: made.value.text, kind });
    }
    return { keys: new KeyRing({ store, clock }) };
  });
  for (const who of ['ann', 'bob']) {
    await doorway.rig.say(who, 'granted', 'personalise', 'train');
    await doorway.rig.visit(who, 'tea');
  }
});
afterEach(() => doorway.close());

const get = (path: string, key: number): Promise<Reply> =>
  doorway.send('GET', path, undefined, { Authorization: `Bearer ${keys[key]?.text}` });

/** Subject and caller of each unmasking in the log. */
async function unmaskings(): Promise<[subject: string | null, by: string][]> {
  await doorway.rig.engine.drain();
  return [...doorway.rig.engine.log.read(0)].flatMap(({ bytes, mask }): [string | null, string][] => {
    if (bytes === null) return [];
    const { type, subject, properties } = decodeEvent(bytes, mask);
    const act = type === systemTypes.adminActed ? (properties['act'] as AdminAct) : undefined;
    return act?.what === 'person.unmasked' ? [[subject, act.by]] : [];
  });
}

const idOf = (key: number): string => keys[key]?.id ?? '';

describe('whoever is shown a person', () => {
  test('is noted by the id of their key, once a day for each person, before the answer, also across a restart', async () => {
    for (let n = 0; n < 3; n += 1) expect((await get('/v1/subjects/ann', 1)).status).toBe(200);
    expect(await unmaskings()).toEqual([['ann', idOf(1)]]);
    await Promise.all([get('/v1/subjects/ann', 2), get('/v1/subjects/ann', 2), get('/v1/subjects/bob', 1)]);
    const noted = await unmaskings();
    expect(noted).toHaveLength(3);
    expect(noted).toEqual(
      expect.arrayContaining([
        ['ann', idOf(1)],
        ['ann', idOf(2)],
        ['bob', idOf(1)],
      ]),
    );
    await doorway.rig.restart();
    await doorway.rig.engine.unmaskings.note(idOf(1), ['ann', 'bob', 'ann']);
    expect(await unmaskings()).toHaveLength(3);
    doorway.rig.clock.advance(86_400_000);
    await doorway.rig.engine.unmaskings.note(idOf(1), ['ann']);
    expect(await unmaskings()).toHaveLength(4);
  });

  test('of whom nothing is known is noted nothing', async () => {
    expect((await get('/v1/subjects/nobody', 1)).status).toBe(404);
    expect(await unmaskings()).toEqual([]);
    expect(doorway.rig.engine.profile('nobody').ok).toBe(false);
  });

  test('by a decision in full, a request, a list of them, a consent receipt; a page and its write key are no operator', async () => {
    const { engine } = doorway.rig;
    const decided = engine.rank({ point: 'home', subject: 'ann' });
    await engine.drain();
    const decision = decided.ok ? decided.value.id : '';
    await get(`/v1/decisions/${decision}`, 0);
    expect(await unmaskings()).toEqual([]);
    await get(`/v1/decisions/${decision}`, 1);
    await get(`/v1/decisions/${decision}/full`, 2);
    expect(await unmaskings()).toEqual([
      ['ann', idOf(1)],
      ['ann', idOf(2)],
    ]);
    await engine.desk.open('bob', 'access', { kind: 'account' });
    await engine.desk.open('ann', 'access', { kind: 'account' });
    await get('/v1/requests', 1);
    await get('/v1/subjects/ann/consent-receipt', 3);
    expect((await unmaskings()).slice(2)).toEqual([
      ['bob', idOf(1)],
      ['ann', idOf(3)],
    ]);
  });

  test('by their archive, under each of their ids', async () => {
    const { engine } = doorway.rig;
    await engine.link('bob', 'ann', true, 'log-in');
    const archive = async (): Promise<string> => {
      const reply = await fetch(`${doorway.url}/v1/subjects/bob/archive`, { headers: { Authorization: `Bearer ${keys[1]?.text}` } });
      expect(reply.status).toBe(200);
      return Buffer.from(await reply.arrayBuffer()).toString('latin1');
    };
    expect(await archive()).toContain('records.jsonl');
    await archive();
    expect(await unmaskings()).toEqual([
      ['ann', idOf(1)],
      ['bob', idOf(1)],
    ]);
    expect((await get('/v1/subjects/nobody/archive', 1)).status).toBe(404);
    expect(await unmaskings()).toHaveLength(2);
    await engine.erase(['ann']);
    expect(await unmaskings()).toEqual([]);
  });

  test('goes with the person when they are erased, and to them with their archive; who comes again is noted again', async () => {
    await get('/v1/subjects/ann', 1);
    const { engine, clock } = doorway.rig;
    await engine.erase(['ann']);
    expect(await unmaskings()).toEqual([]);
    clock.advance(1000);
    await doorway.rig.say('ann', 'granted', 'personalise');
    await get('/v1/subjects/ann', 1);
    expect(await unmaskings()).toEqual([['ann', idOf(1)]]);
    const live = await doorway.rig.dump();
    await doorway.rig.restart(true);
    expect(await doorway.rig.dump()).toEqual(live);
  });

  test('an answer is read after it was noted: whoever is erased meanwhile is not in it', async () => {
    const { engine } = doorway.rig;
    const erasing = engine.erase(['ann']);
    const answering = unmasked(
      engine,
      null,
      () => engine.profile('ann'),
      ({ ids }) => ids,
    );
    expect(engine.profile('ann').ok).toBe(true); // it was read already, and waits for the note behind the erasure
    expect((await answering).status).toBe(404);
    await erasing;
    expect(await unmaskings()).toEqual([]);
  });
});

describe('the first screen', () => {
  test('shows in full to whoever sits at the machine, and notes that; to a key it shows a mask, and notes nothing', async () => {
    const open = await Doorway.open();
    try {
      await open.rig.say('kim', 'granted', 'personalise');
      await open.rig.visit('kim', 'tea');
      const page = await (await fetch(`${open.url}/`)).text();
      expect(page).toContain('kim');
      await open.rig.engine.drain();
      const acts = [...open.rig.engine.log.read(0)].flatMap(({ bytes, mask }) => {
        const event = bytes === null ? undefined : decodeEvent(bytes, mask);
        return event?.type === systemTypes.adminActed ? [[event.subject, event.properties['act']]] : [];
      });
      expect(acts).toEqual([['kim', { what: 'person.unmasked', by: 'operator', why: '', about: '' }]]);
    } finally {
      await open.close();
    }
    const now = await fetch(`${doorway.url}/first-screen/now`, { headers: { Authorization: `Bearer ${keys[1]?.text}` } });
    expect(await now.text()).not.toContain('bob');
    expect(await unmaskings()).toEqual([]);
  });
});
