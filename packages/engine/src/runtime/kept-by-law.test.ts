import { describe, expect, it, vi } from 'vitest';
import { MemoryDisk } from '../adapters/memory-disk.js';
import { dayMs } from '../base/day.js';
import { CodedError } from '../base/errors.js';
import { fail } from '../base/result.js';
import type { ChoicePoint } from '../model/choice.js';
import { decodeEvent } from '../model/event-codec.js';
import type { EventType } from '../model/event-type.js';
import { travel } from '../packs/travel.js';
import { combine } from '../pack/combined.js';
import { restoreFiles } from './restore.js';
import { Rig } from './rig.suite.js';
import { shopTypes } from './shop-types.js';
import { surroundings } from './surroundings.js';

const law = 'Commercial code, section 257: accounting records';
const years = 8 * 365;
const invoice: EventType = {
  name: 'invoice.issued',
  category: 'transactional',
  purposes: { service: 'declared', personalise: 'consent', train: 'consent' },
  properties: { product_id: { type: 'string', required: true }, total: { type: 'number' } },
  item: 'product_id',
  counts: true,
  retentionDays: 400,
};
const nudge: ChoicePoint = {
  name: 'nudge',
  kind: 'choose',
  actions: [{ id: 'hello', kind: 'nudge', channel: 'page', category: 'tea' }],
  learner: 'thompson',
  features: [],
  halfLifeDays: 7,
  floorPpm: 20_000,
  uniformPpm: 10_000,
  holdoutPpm: 50_000,
  objective: { outcome: 'order' },
  guardrails: { caps: [], deny: [], vulnerable: [] },
};
const answerable = { by: 'Kim Adams', reason: 'tax audit' };

/** Ann and Bob, each with a visit and an invoice that a law obliges to keep. */
async function invoiced(disk?: MemoryDisk): Promise<Rig> {
  const rig = new Rig(disk);
  await rig.start(undefined, { eventTypes: [...shopTypes, invoice] });
  const declared = { eventType: invoice.name, purpose: 'service', basis: 'legal_obligation', reason: law, keepDays: years } as const;
  expect((await rig.engine.declareBasis(declared)).ok).toBe(true);
  for (const subject of ['ann', 'bob']) {
    await rig.say(subject, 'granted', 'personalise', 'train');
    await rig.visit(subject, 'tea', 'cup');
    expect(await rig.send(billed(rig, subject))).toMatchObject({ accepted: 1 });
  }
  return rig;
}

function billed(rig: Rig, subject: string, total = 12) {
  const { id } = rig.view(subject, 'tea');
  const properties = { product_id: `pot-of-${subject}`, total };
  return { id, subject, type: invoice.name, occurredAt: rig.clock.now(), source: 'test', properties };
}

/** Time goes by while the engine is closed: an open one would wake up each minute of years. */
async function later(rig: Rig, days: number): Promise<void> {
  await rig.engine.close();
  rig.clock.advance(days * dayMs);
  await rig.start();
}

/** The whole state, live and folded anew from the log as it stands. */
async function twice(rig: Rig): Promise<[string[], string[]]> {
  const live = await rig.dump();
  await rig.restart(true);
  return [live, await rig.dump()];
}

/** Every byte of every file on the disk that holds the text. */
const holding = (disk: MemoryDisk, bytes: string | Uint8Array): string[] =>
  [...disk.files()].filter(([, content]) => Buffer.from(content).includes(bytes as string)).map(([path]) => path);

describe('what a law obliges to keep', () => {
  it('is sealed apart when its person is erased, by obligation, and nothing else of them', async () => {
    const rig = await invoiced();
    await rig.engine.erase(['ann']);
    const [kept, ...more] = rig.engine.kept.list();
    const untilDay = Math.floor(rig.clock.now() / dayMs) + years;
    expect(more).toEqual([]);
    expect(kept).toMatchObject({ kind: 'obligation', name: law, eventType: invoice.name, purpose: 'service', untilDay, events: 1 });
    const read = await rig.engine.kept.read(kept?.id ?? 0, law, answerable);
    expect(read).toMatchObject({ ok: true, value: [{ subject: 'ann', type: invoice.name, properties: { total: 12 } }] });
    // A key of its own, and no byte of it in clear.
    expect(rig.disk.list('kept')).toEqual([`${String(kept?.id).padStart(10, '0')}.kept`]);
    expect(holding(rig.disk, 'pot-of-ann')).toEqual([]);
    expect(holding(rig.disk, law)).toEqual([]);
  });

  it('is on stable storage before anything goes: a full disk refuses the erasure and changes nothing', async () => {
    const rig = await invoiced();
    const before = await rig.dump();
    rig.disk.spaceBytes = rig.disk.usedBytes;
    await expect(rig.engine.erase(['ann'])).rejects.toMatchObject({ code: 'disk_full' });
    rig.disk.spaceBytes = Infinity;
    expect(await rig.dump()).toEqual(before);
    expect([rig.engine.kept.list(), rig.halted]).toEqual([[], null]);
    expect(await rig.engine.erase(['ann'])).toMatchObject({ kept: [{ events: 1 }] });
  });

  it('is named in the receipt: how much, under which obligation, until when', async () => {
    const rig = await invoiced();
    rig.clock.advance(dayMs);
    await rig.send(billed(rig, 'ann', 7));
    const { receipt, kept, events } = await rig.engine.erase(['ann']);
    const until = new Date((Math.floor(rig.clock.now() / dayMs) + years) * dayMs).toISOString().slice(0, 10);
    const named = [{ kind: 'obligation', name: law, eventType: invoice.name, events: 2, until }];
    expect([kept, events]).toEqual([named, 5]);
    await rig.restart(true);
    expect(rig.engine.core.receipts.get(receipt)).toMatchObject({ kept: named });
    const document = rig.engine.answers.erasureReceipt(receipt);
    expect(document.ok && JSON.parse(document.value)).toMatchObject({ erasure: { kept: named } });
    expect((await rig.engine.erase(['nobody'])).kept).toBeUndefined();
  });

  it('is outside of state: no profile, model or decision knows it, and the dump is that of the log with gaps', async () => {
    const rig = await invoiced();
    await rig.engine.erase(['ann']);
    const [live, anew] = await twice(rig);
    expect(anew).toEqual(live);
    expect(live.join('\n')).not.toMatch(/"ann"|pot-of-ann/u);
    const left = [...rig.engine.log.read(0)].flatMap(({ bytes, mask }) => (bytes === null ? [] : [decodeEvent(bytes, mask)]));
    expect(left.filter(({ subject }) => subject === 'ann')).toEqual([]);
    expect(rig.engine.profile('ann')).toMatchObject({ ok: false, code: 'subject_unknown' });
    expect(rig.engine.rank({ point: 'home', subject: 'ann' })).toMatchObject({ ok: true, value: { mode: 'contextual' } });
    const ranked = rig.engine.rank({ point: 'home', subject: 'bob' });
    expect(JSON.stringify(ranked)).not.toContain('pot-of-ann');
    // The same world in which Ann never came has the same models.
    const without = new Rig();
    await without.start(undefined, { eventTypes: [...shopTypes, invoice] });
    const models = (lines: readonly string[]): string[] =>
      lines.filter((line) => /^(?:profile|trace)\t/u.test(line) && !/"bob"/u.test(line));
    expect(models(live)).toEqual(models(await without.dump()));
  });

  it('is read under its own ground alone, by somebody who gives name and reason, and that is logged first', async () => {
    const rig = await invoiced();
    await rig.engine.erase(['ann']);
    const id = rig.engine.kept.list()[0]?.id ?? 0;
    const { kept } = rig.engine;
    expect(await kept.read(id, 'marketing', answerable)).toMatchObject({ ok: false, code: 'kept_ground' });
    expect(await kept.read(id, law, { by: ' ', reason: 'x' })).toMatchObject({ ok: false, code: 'body_shape', field: '/by' });
    expect(await kept.read(id, law, { by: 'Kim', reason: '' })).toMatchObject({ ok: false, code: 'body_shape', field: '/reason' });
    expect(await kept.read(id + 1, law, answerable)).toMatchObject({ ok: false, code: 'kept_unknown' });
    const acts = (): unknown[] =>
      [...rig.engine.log.read(0)].flatMap(({ bytes, mask }) => {
        const event = bytes === null ? null : decodeEvent(bytes, mask);
        return event?.type === 'admin.acted' ? [event.properties['act']] : [];
      });
    expect(acts()).toEqual([]);
    expect((await kept.read(id, law, answerable)).ok).toBe(true);
    expect(acts()).toMatchObject([
      { what: 'kept.read', by: 'Kim Adams', why: 'tax audit', about: `obligation ${law}, invoice.issued, class ${id}` },
    ]);
  });

  it('is destroyed, key and bytes, when its period is over: not before, and also while nobody comes', async () => {
    const rig = await invoiced();
    await rig.engine.erase(['ann']);
    await rig.engine.completeErasures();
    const id = rig.engine.kept.list()[0]?.id ?? 0;
    const path = `kept/${String(id).padStart(10, '0')}.kept`;
    const bytes = Buffer.from(rig.disk.files().get(path) ?? []);
    expect(bytes.length).toBeGreaterThan(100);
    await later(rig, years);
    expect([rig.engine.kept.list().length, rig.engine.kept.isDue]).toEqual([1, false]);
    rig.clock.advance(dayMs);
    expect(rig.engine.kept.isDue).toBe(true);
    await rig.engine.cutRetention();
    expect(rig.engine.kept.list()).toEqual([]);
    expect(rig.disk.list('kept')).toEqual([]);
    expect(holding(rig.disk, bytes.subarray(44, 76))).toEqual([]);
    // Whoever put the file back has nothing.
    await rig.engine.close();
    rig.disk.open(path, { create: true }).write(0, bytes);
    await rig.start(undefined, { eventTypes: [...shopTypes, invoice] });
    expect([rig.engine.kept.list(), rig.disk.list('kept')]).toEqual([[], []]);
  });

  it('is kept as well when a withdrawal or a retention period destroys the event, in its corrected form', async () => {
    const rig = await invoiced();
    await rig.send({ ...billed(rig, 'ann'), id: 'wrong' });
    expect((await rig.engine.correct('ann', 'wrong', { product_id: 'tea', total: 99 })).ok).toBe(true);
    expect(rig.engine.kept.list()).toEqual([]);
    await later(rig, invoice.retentionDays + 1);
    await rig.engine.cutRetention();
    const [only] = rig.engine.kept.list();
    const read = await rig.engine.kept.read(only?.id ?? 0, law, answerable);
    expect(only?.events).toBe(3);
    expect(read.ok && read.value.map(({ subject, properties }) => [subject, properties['total']])).toEqual(
      expect.arrayContaining([
        ['ann', 99],
        ['ann', 12],
        ['bob', 12],
      ]),
    );
    const [live, anew] = await twice(rig);
    expect(anew).toEqual(live);
  });

  it('is kept once, also when a crash came between the store and the log, and an older backup is restored', async () => {
    const rig = await invoiced();
    await rig.engine.drain();
    const earlier = rig.disk.files();
    await rig.engine.erase(['ann']);
    await rig.engine.close();
    const files = rig.disk.files();
    // The log of before, with what was kept since and the newest list of the erased.
    const mixed = new Map([...earlier].filter(([path]) => path.startsWith('log/')));
    for (const [path, content] of files) if (/^(?:kept|erasures|keys)\//u.test(path)) mixed.set(path, content);
    const again = new Rig(MemoryDisk.holding(mixed));
    await again.start(undefined, { eventTypes: [...shopTypes, invoice] });
    expect(again.engine.profile('ann').ok).toBe(false);
    expect(again.engine.kept.list().map(({ events }) => events)).toEqual([1]);
  });

  it('is in a backup, and back with it; what is over by then is destroyed before anything is served', async () => {
    const rig = await invoiced();
    await rig.engine.erase(['ann']);
    const backup = new MemoryDisk();
    expect(await rig.engine.backups.run(backup)).toMatchObject({ ok: true });
    for (const [days, left] of [
      [0, 1],
      [years + 1, 0],
    ] as const) {
      const disk = new MemoryDisk();
      await restoreFiles(backup, disk, [], rig.clock);
      const again = new Rig(disk);
      again.clock.advance(rig.clock.now() - again.clock.now() + days * dayMs);
      await again.start(undefined, { eventTypes: [...shopTypes, invoice] });
      expect([again.engine.kept.list().length, disk.list('kept').length, again.engine.profile('ann').ok]).toEqual([left, left, false]);
    }
  });

  it('counts from the end of the year where that was declared, of the later year in which the event may have been', async () => {
    const rig = await invoiced();
    const declared = { eventType: invoice.name, purpose: 'service', basis: 'legal_obligation', reason: law, keepDays: 2_922 } as const;
    expect(await rig.engine.declareBasis({ ...declared, keepFrom: 'year_end' })).toMatchObject({ value: { accepted: 1 } });
    expect(await rig.engine.declareBasis({ ...declared, keepFrom: 'year_end' })).toMatchObject({ value: { accepted: 0 } });
    const year = new Date(rig.clock.now()).getUTCFullYear();
    // Ten in the morning in UTC is midnight where the clocks are furthest ahead.
    for (const [subject, time, until] of [
      ['carl', `${year - 1}-01-01T00:00:00Z`, `${year + 7}-12-31`],
      ['dora', `${year - 1}-12-31T09:59:59Z`, `${year + 7}-12-31`],
      ['emil', `${year - 1}-12-31T10:00:00Z`, `${year + 8}-12-31`],
    ] as const) {
      expect(await rig.send({ ...billed(rig, subject), occurredAt: Date.parse(time) })).toMatchObject({ accepted: 1 });
      expect((await rig.engine.erase([subject])).kept).toMatchObject([{ events: 1, until }]);
    }
    await rig.restart(true);
    expect((await rig.engine.erase(['ann'])).kept).toMatchObject([{ until: `${year + 8}-12-31` }]);
    // Said anew without it: from the event again.
    expect(await rig.engine.declareBasis(declared)).toMatchObject({ value: { accepted: 1 } });
    expect((await rig.engine.erase(['bob'])).kept).not.toMatchObject([{ until: `${year + 8}-12-31` }]);
  });

  it('is sealed apart while nothing is read of the person: no decision made meanwhile outlives them', async () => {
    const rig = new Rig();
    const trip = combine([travel], { ...surroundings, eventTypes: [...shopTypes, invoice], decisionPoints: [] });
    rig.definitions = trip.definitions;
    rig.choicePoints = [nudge];
    const home = { name: 'home', kind: 'rank', limit: 10, uniformPpm: 10_000 } as const;
    await rig.start([home], { eventTypes: trip.eventTypes, planPoints: trip.planPoints });
    await rig.engine.upsertItems([{ id: 'castle', title: 'Castle', category: 'place', attributes: { latitude: 55.9, longitude: -3.2 } }]);
    await rig.engine.declareBasis({ eventType: invoice.name, purpose: 'service', basis: 'legal_obligation', reason: law, keepDays: years });
    for (const subject of ['bea-4711', 'carl']) await rig.say(subject, 'granted', 'personalise', 'train');
    await rig.visit('bea-4711', 'tea', 'cup');
    await rig.send({ ...billed(rig, 'bea-4711'), properties: { product_id: 'pot' } });
    const window = { from: rig.clock.now() + dayMs, until: rig.clock.now() + dayMs + 8 * 3_600_000 };
    const early = rig.engine.prepareRank({ point: 'home', subject: 'bea-4711' });
    expect(early).toMatchObject({ ok: true, value: { record: { mode: 'personal' } } });
    const { kept } = rig.engine;
    const keep = kept.keep.bind(kept);
    const made: Promise<unknown>[] = [];
    vi.spyOn(kept, 'keep').mockImplementation(async (what) => {
      if (early.ok) made.push(Promise.resolve(rig.engine.emitRank(early.value)));
      made.push(Promise.resolve(rig.engine.rank({ point: 'home', subject: 'bea-4711' })));
      made.push(rig.engine.chooseAction({ point: 'nudge', subject: 'bea-4711' }));
      made.push(rig.engine.planning.plan({ point: 'itinerary', subject: 'bea-4711', windows: [window] }));
      made.push(rig.engine.planning.plan({ point: 'itinerary', subject: 'carl', group: ['bea-4711'], windows: [window] }));
      return await keep(what);
    });
    await rig.engine.erase(['bea-4711']);
    const answers = await Promise.all(made);
    expect(answers.map((answer) => Object(answer).value)).toMatchObject([
      { mode: 'contextual', contextualBecause: 'superseded' },
      { mode: 'contextual', contextualBecause: 'no_grant' },
      { mode: 'contextual', contextualBecause: 'no_grant' },
      { mode: 'contextual', contextualBecause: 'no_grant' },
      { mode: 'personal', members: 0, membersLeftOut: 1 },
    ]);
    await rig.engine.completeErasures();
    const left = [...rig.engine.log.read(0)].map(({ bytes }) => Buffer.from(bytes ?? []).toString());
    expect(left.filter((text) => text.includes('bea-4711'))).toEqual([]);
    expect((await rig.dump()).filter((line) => line.includes('bea-4711'))).toEqual([]);
    // Where there is no space for it, nothing has changed.
    await rig.send(billed(rig, 'carl'));
    vi.spyOn(kept, 'keep').mockResolvedValue(new CodedError('disk_full'));
    await expect(rig.engine.erase(['carl'])).rejects.toMatchObject({ code: 'disk_full' });
    expect(rig.engine.rank({ point: 'home', subject: 'carl' })).toMatchObject({ value: { mode: 'personal' } });
    await rig.engine.close();
  });

  it('is read by nobody whose reading cannot be logged', async () => {
    const rig = await invoiced();
    await rig.engine.erase(['ann']);
    const id = rig.engine.kept.list()[0]?.id ?? 0;
    const append = vi.spyOn(rig.engine.log, 'append').mockReturnValue(fail('disk_full'));
    expect(await rig.engine.kept.read(id, law, answerable)).toEqual({ ok: false, code: 'disk_full' });
    append.mockRestore();
    expect(await rig.engine.kept.read(id, law, answerable)).toMatchObject({ ok: true, value: [{ subject: 'ann' }] });
  });

  it('is kept for the longest of several obligations, whichever was declared first', async () => {
    for (const order of [
      [100, 200],
      [200, 100],
    ]) {
      const rig = new Rig();
      await rig.start(undefined, { eventTypes: [{ ...invoice, purposes: { service: 'declared', fraud: 'declared' } }] });
      for (const [index, purpose] of (['service', 'fraud'] as const).entries()) {
        const keepDays = order[index] ?? 0;
        const declared = { eventType: invoice.name, purpose, basis: 'legal_obligation', reason: `${keepDays} days`, keepDays } as const;
        expect((await rig.engine.declareBasis(declared)).ok).toBe(true);
      }
      expect(await rig.send(billed(rig, 'ann'))).toMatchObject({ accepted: 1 });
      expect(await rig.engine.erase(['ann'])).toMatchObject({ kept: [{ name: '200 days', events: 1 }] });
      await rig.engine.close();
    }
  });

  it('needs a legal obligation that was declared for whole days, and an event that was kept under it', async () => {
    const rig = await invoiced();
    const declared = { eventType: invoice.name, purpose: 'service', basis: 'contract', reason: 'x', keepDays: 10 } as const;
    for (const keepDays of [10, 0, 1.5, 40_000])
      expect(
        await rig.engine.declareBasis({ ...declared, basis: keepDays === 10 ? 'contract' : 'legal_obligation', keepDays }),
      ).toMatchObject({
        ok: false,
        code: 'basis_not_declarable',
      });
    const { keepDays: _days, ...bare } = { ...declared, basis: 'legal_obligation' } as const;
    expect(await rig.engine.declareBasis({ ...bare, keepFrom: 'year_end' })).toMatchObject({ ok: false, code: 'basis_not_declarable' });
    // Declared anew without a period: nothing is kept any more.
    await rig.engine.declareBasis({ eventType: invoice.name, purpose: 'service', basis: 'legal_obligation', reason: law });
    expect((await rig.engine.erase(['ann'])).kept).toBeUndefined();
    expect(rig.engine.kept.list()).toEqual([]);
  });
});

describe('a legal hold', () => {
  const claim = { by: 'Sam Ortiz, counsel', reason: 'claim 7/2026' };

  it('seals everything of a person apart that would be destroyed, until a named human ends it', async () => {
    const rig = await invoiced();
    const placed = await rig.engine.kept.hold('ann', claim);
    const { hold } = placed.ok ? placed.value : { hold: '' };
    expect(rig.engine.kept.holds()).toMatchObject([{ hold, subject: 'ann', ...claim }]);
    await rig.restart(true);
    expect(rig.engine.kept.holds()).toMatchObject([{ hold, subject: 'ann' }]);
    const { kept } = await rig.engine.erase(['ann']);
    // Consent, two views, the invoice, the hold itself; the invoice also under the law that obliges to keep it.
    expect(kept).toMatchObject([
      { kind: 'hold', name: hold, eventType: null, events: 5, until: null },
      { kind: 'obligation', name: law, events: 1 },
    ]);
    expect(rig.engine.kept.holds()).toEqual([]);
    const [live, anew] = await twice(rig);
    expect(anew).toEqual(live);
    expect(live.join('\n')).not.toContain('"ann"');
    await later(rig, 50 * 365);
    await rig.engine.cutRetention();
    const classes = rig.engine.kept.list();
    expect(classes).toMatchObject([{ kind: 'hold', name: hold, events: 5 }]);
    expect(await rig.engine.kept.end(hold, { by: '', reason: 'settled' })).toMatchObject({ ok: false, code: 'body_shape' });
    expect(await rig.engine.kept.end('h_other', claim)).toMatchObject({ ok: false, code: 'hold_unknown' });
    expect(await rig.engine.kept.end(hold, { ...claim, reason: 'settled' })).toEqual({ ok: true, value: { destroyed: 5 } });
    expect([rig.engine.kept.list(), rig.disk.list('kept')]).toEqual([[], []]);
  });

  it('that is ending when the engine closes has ended, at whatever moment that is, and every other key is there', async () => {
    for (let moments = 0; moments < 60; moments += 4) {
      const rig = await invoiced();
      const placed = await rig.engine.kept.hold('ann', claim);
      await rig.engine.erase(['ann']);
      const before = await rig.dump();
      const ending = rig.engine.kept.end(placed.ok ? placed.value.hold : '', claim);
      for (let moment = 0; moment < moments; moment++) await Promise.resolve();
      const done = await Promise.allSettled([ending, rig.engine.close()]);
      expect(done).toMatchObject([{ value: { ok: true, value: { destroyed: 5 } } }, { status: 'fulfilled' }]);
      await rig.start();
      expect([rig.engine.kept.list().map(({ kind }) => kind), (await rig.engine.verify()).ok]).toEqual([['obligation'], true]);
      expect(before.filter((line) => line.includes('bob')).length).toBeGreaterThan(0);
      expect((await rig.dump()).filter((line) => line.includes('bob'))).toEqual(before.filter((line) => line.includes('bob')));
      await rig.engine.close();
    }
  });

  it('on somebody with several ids keeps what stands under each, and the receipt says it once', async () => {
    const rig = await invoiced();
    await rig.say('ann-phone', 'granted', 'personalise');
    await rig.visit('ann-phone', 'pot');
    await rig.engine.link('ann', 'ann-phone', true, 'a log-in');
    const placed = await rig.engine.kept.hold('ann-phone', claim);
    const { hold } = placed.ok ? placed.value : { hold: '' };
    const { receipt, kept } = await rig.engine.erase(['ann']);
    const held = rig.engine.kept.list().find(({ kind }) => kind === 'hold');
    const read = await rig.engine.kept.read(held?.id ?? 0, hold, claim);
    const subjects = read.ok ? read.value.map(({ subject }) => subject) : [];
    expect(new Set(subjects)).toEqual(new Set(['ann', 'ann-phone']));
    expect(kept).toMatchObject([
      { kind: 'hold', name: hold, events: subjects.length, until: null },
      { kind: 'obligation', events: 1 },
    ]);
    expect(rig.engine.core.receipts.get(receipt)).toMatchObject({ kept });
    expect(rig.engine.core.trace.has('ann-phone')).toBe(false);
    await rig.engine.close();
  });

  it('keeps what was decided for its person from the data of somebody who was linked to them then, and is erased', async () => {
    const rig = await invoiced();
    await rig.engine.link('ann', 'bob', true, 'one tablet');
    const decision = rig.engine.rank({ point: 'home', subject: 'bob' });
    await rig.engine.link('ann', 'bob', false, '');
    const placed = await rig.engine.kept.hold('bob', claim);
    const { hold } = placed.ok ? placed.value : { hold: '' };
    const { kept } = await rig.engine.erase(['ann']);
    expect(kept).toMatchObject([{ kind: 'obligation', events: 1 }]);
    const held = rig.engine.kept.list().find(({ kind }) => kind === 'hold');
    const id = decision.ok ? decision.value.id : '';
    expect(await rig.engine.kept.read(held?.id ?? 0, hold, claim)).toMatchObject({ ok: true, value: [{ id, subject: 'bob' }] });
    expect(rig.engine.decided.why(id)).toMatchObject({ ok: false, code: 'decision_unknown' });
    await rig.engine.close();
  });

  it('keeps what is corrected as it was, and lets everything go as ever once it has ended', async () => {
    const rig = await invoiced();
    expect(await rig.engine.kept.hold('nobody', claim)).toMatchObject({ ok: false, code: 'subject_unknown' });
    const placed = await rig.engine.kept.hold('bob', claim);
    const { hold } = placed.ok ? placed.value : { hold: '' };
    await rig.say('bob-phone', 'granted', 'personalise');
    await rig.engine.link('bob', 'bob-phone', true, 'a log-in');
    await rig.send({ ...rig.view('bob-phone', 'wrong-item'), id: 'wrong' });
    expect((await rig.engine.correct('bob', 'wrong', { product_id: 'tea' })).ok).toBe(true);
    const id = rig.engine.kept.list()[0]?.id ?? 0;
    expect(await rig.engine.kept.read(id, hold, claim)).toMatchObject({
      ok: true,
      value: [{ id: 'wrong', properties: { product_id: 'wrong-item' } }],
    });
    expect(await rig.engine.kept.end(hold, claim)).toEqual({ ok: true, value: { destroyed: 1 } });
    expect(rig.engine.kept.holds()).toEqual([]);
    expect((await rig.engine.erase(['bob'])).kept).toMatchObject([{ kind: 'obligation' }]);
  });
});
