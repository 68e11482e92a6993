// What would change a decision: found by deciding it, and true when it is really done. Here with little; `bench counterfactual` does it a
// thousand times over a trained index.
import { describe, expect, test } from 'vitest';
import type { DecisionRecord, RankRequest } from '../model/decision.js';
import { Rig } from '../runtime/rig.suite.js';
import { sumsOf, type WhyInFull } from './why-in-full.js';

/** A shop of twelve people whose visits run in two ways: from tea to cups and pots, from coffee to mugs and mills. */
async function shop(): Promise<Rig> {
  const rig = new Rig();
  // No uniform slice: a newcomer's own draw must not decide what they are answered.
  await rig.start([{ name: 'home', kind: 'rank', limit: 10, uniformPpm: 0 }]);
  const ids = ['tea', 'cup', 'pot', 'coffee', 'mug', 'mill', 'jam'];
  await rig.engine.upsertItems(ids.map((id) => ({ id, title: `The ${id}`, category: id === 'jam' ? 'food' : 'goods', stock: 5 })));
  for (let n = 0; n < 6; n += 1) {
    for (const [who, ...items] of [
      [`t${n}`, 'tea', 'cup', 'pot'],
      [`c${n}`, 'coffee', 'mug', 'mill'],
    ] as const) {
      await rig.say(who, 'granted', 'personalise', 'train');
      await rig.visit(who, ...items);
    }
  }
  return rig;
}

let people = 0;
/** Somebody new who looked at these, from whom nothing is learned, and what they are answered. */
async function asked(rig: Rig, items: readonly string[], more: Partial<RankRequest> = {}): Promise<DecisionRecord> {
  people += 1;
  const subject = `asker${people}`;
  await rig.say(subject, 'granted', 'personalise');
  await rig.visit(subject, ...items);
  const decided = rig.engine.rank({ point: 'home', subject, exclude: [...new Set(items)], ...more });
  if (!decided.ok) throw new Error(decided.code);
  return decided.value;
}

async function full(rig: Rig, { id }: DecisionRecord): Promise<WhyInFull> {
  const why = await rig.engine.whyInFull(id);
  if (!why.ok) throw new Error(why.code);
  return why.value;
}

const first = ({ answer }: DecisionRecord): string | undefined => answer[0]?.item;

describe('what would change it', () => {
  test('is one view, and whoever has really not viewed it is answered so', async () => {
    const rig = await shop();
    const record = await asked(rig, ['coffee', 'tea']);
    const { counterfactual } = await full(rig, record);
    expect(counterfactual).toMatchObject({ first: first(record), asRecorded: true, without: [{ kind: 'input', name: 'tea' }] });
    const twin = await asked(rig, ['coffee'], { exclude: ['coffee', 'tea'] });
    expect(first(twin)).toBe(counterfactual?.instead);
    expect(first(twin)).not.toBe(first(record));
  });

  test('is a pair when no single view does', async () => {
    const rig = await shop();
    await rig.engine.upsertItems(['tea', 'cup', 'coffee', 'mug'].map((id) => ({ id, stock: 0 })));
    const record = await asked(rig, ['cup', 'tea'], { exclude: [] });
    for (const left of ['cup', 'tea']) expect(first(await asked(rig, [left], { exclude: [] }))).toBe('pot');
    const { counterfactual } = await full(rig, record);
    expect(counterfactual).toMatchObject({
      first: 'pot',
      without: [
        { kind: 'input', name: 'tea' },
        { kind: 'input', name: 'cup' },
      ],
    });
    expect(first(await asked(rig, []))).toBe(counterfactual?.instead);
  });

  test('is a pin, a part of the filter, or an exclusion', async () => {
    const rig = await shop();
    const pinned = await full(rig, await asked(rig, [], { pins: ['jam'] }));
    expect(pinned.counterfactual).toMatchObject({ first: 'jam', without: [{ kind: 'pin', name: 'jam' }] });
    const filtered = await asked(rig, ['tea'], { filter: { category: ['food'], inStock: true } });
    const why = await full(rig, filtered);
    expect(why.counterfactual).toMatchObject({ first: 'jam', without: [{ kind: 'filter', name: 'category' }] });
    const real = await asked(rig, ['tea'], { filter: { inStock: true } });
    expect(first(real)).toBe(why.counterfactual?.instead);
  });

  test('is the winner itself, only when nothing else changes anything', async () => {
    const rig = await shop();
    const record = await asked(rig, []);
    const { counterfactual } = await full(rig, record);
    expect(counterfactual?.without).toEqual([{ kind: 'candidate', name: first(record) }]);
    expect(counterfactual?.instead).toBe(record.answer[1]?.item);
  });

  test('says when the state has moved on since', async () => {
    const rig = await shop();
    const record = await asked(rig, ['tea']);
    await rig.engine.upsertItems([{ id: first(record) ?? '', stock: 0 }]);
    expect((await full(rig, record)).counterfactual).toMatchObject({ asRecorded: false });
  });

  test('keeps the draws of a uniform order', async () => {
    const rig = await shop();
    await rig.engine.close();
    await rig.start([{ name: 'home', kind: 'rank', limit: 5, uniformPpm: 1_000_000 }]);
    for (let n = 0; n < 8; n += 1) {
      const record = await asked(rig, ['coffee', 'tea']);
      expect(record.slice).toBe('uniform');
      expect((await full(rig, record)).counterfactual).toMatchObject({ first: first(record), asRecorded: true });
    }
  });

  test('is found for every random decision, and flips it as said', async () => {
    const rig = await shop();
    const items = ['tea', 'cup', 'pot', 'coffee', 'mug', 'mill'];
    for (let n = 0; n < 40; n += 1) {
      const visit = Array.from({ length: 1 + (n % 4) }, (_, place) => items[(n * 5 + place * 7) % items.length] ?? 'tea');
      const record = await asked(rig, visit, { exclude: [] });
      const { counterfactual, sums, problems } = await full(rig, record);
      expect(counterfactual).toMatchObject({ first: first(record), asRecorded: true });
      const without = new Set(counterfactual?.without.map(({ name }) => name));
      const kinds = new Set(counterfactual?.without.map(({ kind }) => kind));
      const left = kinds.has('inputs') ? [] : kinds.has('input') ? visit.filter((item) => !without.has(item)) : visit;
      const twin = await asked(rig, left, { exclude: kinds.has('candidate') ? [...without] : [] });
      expect([n, first(twin)]).toEqual([n, counterfactual?.instead]);
      expect(first(twin)).not.toBe(first(record));
      expect(problems).toEqual([]);
      for (const { score, sum } of sums) expect(Math.abs(score - sum)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(score)));
    }
  });
});

describe('what it may read', () => {
  test('nothing once the person has withdrawn, or is frozen', async () => {
    const rig = await shop();
    const record = await asked(rig, ['coffee', 'tea']);
    const subject = record.subject ?? '';
    await rig.engine.restrict(subject, true, 'test');
    expect(await rig.engine.counterfactual(record)).toEqual({ ok: false, code: 'no_grant' });
    expect((await full(rig, record)).counterfactual).toBeNull();
    await rig.engine.restrict(subject, false, 'test');
    expect((await full(rig, record)).counterfactual).not.toBeNull();
    await rig.say(subject, 'withdrawn', 'personalise');
    expect(await rig.engine.counterfactual(record)).toEqual({ ok: false, code: 'no_grant' });
  });

  test('it names no other person, and writes nothing', async () => {
    const rig = await shop();
    const record = await asked(rig, ['coffee', 'tea']);
    await rig.engine.drain();
    const before = await rig.dump();
    const text = JSON.stringify((await full(rig, record)).counterfactual);
    for (let n = 0; n < 6; n += 1) expect(text).not.toMatch(new RegExp(`"[tc]${n}"`));
    expect(await rig.dump()).toEqual(before);
    expect(rig.engine.log.head).toBe(rig.engine.core.fold.position);
  });

  test('a contextual decision is decided again from what the request carried', async () => {
    const rig = await shop();
    const decided = rig.engine.rank({ point: 'home', context: { items: ['coffee', 'tea'] }, exclude: ['coffee', 'tea'] });
    if (!decided.ok) throw new Error(decided.code);
    const { counterfactual } = await full(rig, decided.value);
    expect(counterfactual?.without).toEqual([{ kind: 'input', name: 'tea' }]);
    const real = rig.engine.rank({ point: 'home', context: { items: ['coffee'] }, exclude: ['coffee', 'tea'] });
    expect(real.ok && first(real.value)).toBe(counterfactual?.instead);
  });

  test('a decision that nobody made is unknown', async () => {
    const rig = await shop();
    expect(await rig.engine.whyInFull('d_none')).toMatchObject({ ok: false, code: 'decision_unknown' });
  });
});

test('the sums are those of the record', async () => {
  const rig = await shop();
  const record = await asked(rig, ['tea']);
  expect(sumsOf(record).map(({ item }) => item)).toEqual(record.answer.map(({ item }) => item));
  const [best] = record.answer;
  const broken = { ...record, answer: record.answer.map((each) => (each === best ? { ...each, reasons: each.reasons.slice(1) } : each)) };
  expect(sumsOf(broken)[0]?.sum).not.toBeCloseTo(best?.score ?? 0, 9);
});
