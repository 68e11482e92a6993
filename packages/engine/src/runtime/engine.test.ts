// The spine, end to end in process: consented events become profile, model and explained decisions; nothing else does.
import { describe, expect, it } from 'vitest';
import { limits } from '../base/limits.js';
import { replay } from '../answer/replay.js';
import { Rig } from './rig.suite.js';

async function shop(): Promise<Rig> {
  const rig = await Rig.open();
  for (let person = 0; person < 8; person += 1) {
    await rig.say(`p${person}`, 'granted', 'personalise', 'train');
    await rig.visit(`p${person}`, 'tea', 'cup', 'spoon');
  }
  return rig;
}

describe('a consented person', () => {
  it('gets a ranking that rests on what others did, with reasons and counts of at least five', async () => {
    const rig = await shop();
    await rig.say('ada', 'granted', 'personalise');
    await rig.visit('ada', 'tea');
    const decision = rig.engine.rank({ point: 'home', subject: 'ada', limit: 2 });
    if (!decision.ok) throw new Error(decision.code);
    expect(decision.value.mode).toBe('personal');
    expect(decision.value.inputs).toEqual(['tea']);
    expect(decision.value.answer.map(({ item }) => item)).toContain('cup');
    const cup = decision.value.answer.find(({ item }) => item === 'cup');
    expect(cup?.reasons.some(({ people }) => people === 8)).toBe(true);
    expect(replay(decision.value)).toEqual([]);
  });

  it('sees why, at once and after it is on disk', async () => {
    const rig = await shop();
    await rig.say('ada', 'granted', 'personalise');
    await rig.visit('ada', 'tea');
    const decision = rig.engine.rank({ point: 'home', subject: 'ada' });
    if (!decision.ok) throw new Error(decision.code);
    const early = rig.engine.why(decision.value.id);
    await rig.engine.drain();
    const late = rig.engine.why(decision.value.id);
    expect(early).toEqual(late);
    if (!late.ok) throw new Error(late.code);
    expect(late.value.reproducible).toBe(true);
    expect(late.value.items[0]?.why).toContainEqual(expect.stringMatching(/^Because you viewed it in this visit: \d people /));
  });

  it('has a profile; a duplicate counts once', async () => {
    const rig = await Rig.open();
    await rig.say('ada', 'granted', 'personalise');
    const event = rig.view('ada', 'tea');
    expect(await rig.send(event, event)).toEqual({ accepted: 1, codes: ['duplicate'] });
    expect(await rig.send(event)).toEqual({ accepted: 0, codes: ['duplicate'] });
    const profile = rig.engine.profile('ada');
    if (!profile.ok) throw new Error(profile.code);
    expect(profile.value.traits['recent_items']).toHaveLength(1);
    await rig.restart(true);
    expect(await rig.send(event)).toEqual({ accepted: 0, codes: ['duplicate'] });
  });

  it('meets filters on live stock, exclusions and pins, each counted by rule', async () => {
    const rig = await shop();
    await rig.engine.upsertItems([
      { id: 'cup', stock: 0 },
      { id: 'spoon', stock: 3, title: 'Spoon' },
      { id: 'pot', stock: 1 },
    ]);
    await rig.say('ada', 'granted', 'personalise');
    await rig.visit('ada', 'tea');
    const decision = rig.engine.rank({ point: 'home', subject: 'ada', exclude: ['tea'], pins: ['pot'] });
    if (!decision.ok) throw new Error(decision.code);
    expect(decision.value.answer.map(({ item }) => item)).toEqual(['pot', 'spoon']);
    expect(decision.value.excluded).toMatchObject({ out_of_stock: 1, request: 1 });
    expect(decision.value.answer[0]).toMatchObject({ item: 'pot', propensity: 1 });
  });
});

describe('a person without a grant', () => {
  it('leaves no byte of theirs anywhere, and gets a contextual decision that says so', async () => {
    const rig = await shop();
    const codes = await rig.send(rig.view('zz-nobody-zz', 'zz-secret-item-zz'), rig.view('zz-nobody-zz', 'tea'));
    expect(codes).toEqual({ accepted: 0, codes: ['no_grant', 'no_grant'] });
    await rig.say('zz-nobody-zz', 'denied', 'personalise', 'train');
    const decision = rig.engine.rank({ point: 'home', subject: 'zz-nobody-zz', context: { items: ['tea'] } });
    if (!decision.ok) throw new Error(decision.code);
    expect(decision.value).toMatchObject({ mode: 'contextual', contextualBecause: 'no_grant', subject: null, inputs: ['tea'] });
    expect(decision.value.answer.length).toBeGreaterThan(0);
    await rig.engine.drain();
    const lines = (await rig.dump()).join('\n');
    expect(lines).not.toContain('zz-nobody-zz');
    for (const [position] of Array.from({ length: rig.engine.core.fold.position }).entries()) {
      const entry = [...rig.engine.log.read(position, position + 1)][0];
      const text = entry?.bytes == null ? '' : Buffer.from(entry.bytes).toString('utf8');
      expect(text).not.toContain('zz-nobody-zz');
      expect(text).not.toContain('zz-secret-item-zz');
    }
  });

  it('stays nobody although a basis is declared for everybody', async () => {
    const rig = await shop();
    await rig.engine.declareBasis({ eventType: 'item.imported', purpose: 'personalise', basis: 'legitimate_interests', reason: 'test' });
    const decision = rig.engine.rank({ point: 'home', subject: 'zz-stranger-zz' });
    expect(decision.ok && decision.value).toMatchObject({ mode: 'contextual', contextualBecause: 'no_grant', subject: null });
    await rig.engine.drain();
    expect((await rig.dump()).join('\n')).not.toContain('zz-stranger-zz');
  });

  it('teaches nothing under personalise alone', async () => {
    const rig = await Rig.open();
    await rig.say('ada', 'granted', 'personalise');
    await rig.visit('ada', 'tea', 'cup');
    expect(rig.engine.core.model.index.visits).toBe(0);
  });
});

describe('consent that changes', () => {
  it('turns a prepared decision contextual when it is withdrawn before the answer leaves', async () => {
    const rig = await shop();
    const draft = rig.engine.prepareRank({ point: 'home', subject: 'p1' });
    if (!draft.ok) throw new Error(draft.code);
    expect(draft.value.record.mode).toBe('personal');
    await rig.say('p1', 'withdrawn', 'personalise');
    const decision = rig.engine.emitRank(draft.value);
    if (!decision.ok) throw new Error(decision.code);
    expect(decision.value).toMatchObject({ mode: 'contextual', contextualBecause: 'superseded', subject: null });
  });

  it('does the same while the withdrawal is still on its way to the disk', async () => {
    const rig = await shop();
    const draft = rig.engine.prepareRank({ point: 'home', subject: 'p1' });
    if (!draft.ok) throw new Error(draft.code);
    const withdrawing = rig.say('p1', 'withdrawn', 'personalise');
    for (let turn = 0; turn < 4; turn += 1) await Promise.resolve();
    const decision = rig.engine.emitRank(draft.value);
    await withdrawing;
    if (!decision.ok) throw new Error(decision.code);
    const position = rig.engine.core.gate.epoch('p1');
    expect(decision.value.mode === 'contextual' || decision.value.position <= position).toBe(true);
  });

  it('forgets under the withdrawn purpose: model by train, profile by personalise', async () => {
    const rig = await shop();
    const before = rig.engine.core.model.index.visits;
    await rig.say('p0', 'withdrawn', 'train');
    expect(rig.engine.core.model.index.visits).toBe(before - 1);
    const kept = rig.engine.profile('p0');
    expect(kept.ok && Object.keys(kept.value.traits).length > 0).toBe(true);
    await rig.say('p0', 'withdrawn', 'personalise');
    const gone = rig.engine.profile('p0');
    expect(gone.ok && gone.value.traits).toEqual({});
  });

  it('does not learn, after a regrant, what was captured before it', async () => {
    const rig = await shop();
    const early = rig.view('p0', 'cup', rig.clock.now());
    await rig.say('p0', 'withdrawn', 'personalise', 'train');
    rig.clock.advance(1000);
    await rig.say('p0', 'granted', 'personalise', 'train');
    expect(await rig.send(early)).toEqual({ accepted: 0, codes: ['captured_before_grant'] });
  });

  it('writes a repeated signal once', async () => {
    const rig = await Rig.open();
    const consent = { choices: { personalise: 'granted', train: 'granted' }, origin: 'context.consent' } as const;
    const first = rig.engine.core.fold.position;
    for (let n = 0; n < 5; n += 1) await rig.send({ ...rig.view('ada', 'tea'), consent });
    expect(rig.engine.core.fold.position - first).toBe(6);
    const standing = rig.engine.core.gate.standing('ada');
    expect(standing?.epoch).toBe(first);
  });
});

describe('state is a fold of the log', () => {
  it('is the same after a restart, and after a rebuild from nothing', async () => {
    const rig = await shop();
    await rig.engine.upsertItems([{ id: 'cup', stock: 2 }]);
    await rig.say('p3', 'withdrawn', 'train');
    rig.engine.rank({ point: 'home', subject: 'p2' });
    const late = rig.view('p2', 'late', rig.clock.now() - 90_000);
    await rig.send(late);
    const live = await rig.dump();
    await rig.restart();
    expect(await rig.dump()).toEqual(live);
    await rig.restart(true);
    expect(await rig.dump()).toEqual(live);
  });

  it('puts a late event where it belongs: the same visits as if it had come in time', async () => {
    const inTime = await Rig.open();
    const late = await Rig.open();
    const start = inTime.clock.now();
    for (const rig of [inTime, late]) {
      await rig.say('ada', 'granted', 'personalise', 'train');
      rig.clock.advance(40 * 60_000);
    }
    const at = (minute: number): number => start + minute * 60_000;
    const events = (rig: Rig): Parameters<Rig['send']> => [
      rig.view('ada', 'a', at(0)),
      rig.view('ada', 'b', at(20)),
      rig.view('ada', 'c', at(40)),
    ];
    await inTime.send(...events(inTime));
    const [a, b, c] = events(late);
    if (a === undefined || b === undefined || c === undefined) throw new Error('three events');
    await late.send(a, c);
    expect(late.engine.core.model.index.visits).toBe(2);
    await late.send(b);
    expect(late.engine.core.model.index.visits).toBe(1);
    expect(inTime.engine.core.model.index.visits).toBe(1);
    const ranked = (rig: Rig): string[] => {
      const decision = rig.engine.rank({ point: 'home', context: { items: ['a'] }, limit: 2 });
      return decision.ok ? decision.value.answer.map(({ item, score }) => `${item} ${score}`) : [];
    };
    expect(ranked(late)).toEqual(ranked(inTime));
  });
});

describe('redaction', () => {
  it('leaves the state of the log in which they are gaps from the start, here and after a rebuild', async () => {
    const rig = await shop();
    await rig.send(rig.view('p4', 'late', rig.clock.now() - 10_000));
    rig.engine.rank({ point: 'home', subject: 'p4' });
    const facts = rig.engine.core.fold.position;
    const done = await rig.engine.erase(['p4', 'p5']);
    expect(done.events).toBeGreaterThan(8);
    const live = await rig.dump();
    expect(live.join('\n')).not.toContain('"p4"');
    await rig.restart(true);
    expect(await rig.dump()).toEqual(live);
    expect(rig.engine.core.fold.position).toBe(facts + 2);
    expect(await rig.engine.verify()).toMatchObject({ ok: true, gaps: done.events });
    expect(rig.engine.profile('p4')).toMatchObject({ ok: false, code: 'subject_unknown' });
  });
});

describe('an item that has no canonical form', () => {
  it.each([
    ['a price that is no number', { id: 'cup', price: NaN }],
    ['a price without end', { id: 'cup', price: Infinity }],
    ['half of a surrogate pair', { id: 'cup', title: 'x\ud800' }],
  ])('is refused with all of its request: %s', async (_, item) => {
    const rig = await Rig.open();
    const before = await rig.dump();
    expect(await rig.engine.upsertItems([{ id: 'tea' }, item])).toMatchObject({ ok: false, code: 'item_shape', field: '/items/1' });
    expect(await rig.dump()).toEqual(before);
    await rig.engine.close();
  });
});

describe('failure', () => {
  it('stops at a failed sync: the waiting request is refused and nothing more is taken', async () => {
    const rig = await shop();
    rig.disk.failNextSync();
    await expect(rig.send(rig.view('p1', 'cup'))).rejects.toMatchObject({ code: 'log_failed' });
    expect(rig.halted).not.toBeNull();
    await expect(rig.send(rig.view('p1', 'cup'))).rejects.toMatchObject({ code: 'log_failed' });
  });

  it('refuses a batch that would overfill the queue, keeping nothing of it', async () => {
    const rig = await Rig.open();
    const many = Array.from({ length: limits.pendingEventsMax + 1 }, () => rig.view('ada', 'tea'));
    expect(await rig.send(...many)).toEqual({ accepted: 0, codes: ['overloaded'] });
  });
});
