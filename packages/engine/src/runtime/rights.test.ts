import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { decodeEvent } from '../model/event-codec.js';
import { FileLog } from '../adapters/file-log/file-log.js';
import { CodedError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { worldDefinitions } from '../sim/world-definitions.js';
import { Rig } from './rig.suite.js';

const dayMs = 86_400_000;

/** What others are served from: everything but where events stand and which decisions were touched. */
const shared = (lines: readonly string[]): string[] => lines.filter((line) => /^(?:profile|visit|consent)\t/u.test(line));

const entries = (rig: Rig): string[] =>
  [...rig.engine.log.read(0)].map(({ bytes, mask }) => (bytes === null ? 'gap' : decodeEvent(bytes, mask).type));

async function expectSameAnew(rig: Rig): Promise<string[]> {
  const live = await rig.dump();
  await rig.restart(true);
  expect(await rig.dump()).toEqual(live);
  return live;
}

/** Ann buys by mistake what Bob wants; `item`: what stands in the log at first. */
async function bought(item: string): Promise<Rig> {
  const rig = await Rig.open();
  for (const subject of ['bob', 'ann']) await rig.say(subject, 'granted', 'personalise', 'train');
  await rig.visit('bob', 'tea', 'pot');
  rig.clock.advance(60_000);
  await rig.send(rig.view('ann', 'tea'), rig.view('ann', item, rig.clock.now() + 1000, 'wrong'));
  rig.clock.advance(60_000);
  rig.engine.rank({ point: 'home', subject: 'bob' });
  rig.engine.rank({ point: 'home', subject: 'ann' });
  await rig.visit('ann', 'cup');
  await rig.visit('bob', 'jar');
  return rig;
}

describe('rectification', () => {
  it('makes profile and models what they were had it been right from the start, and names the decisions it touched', async () => {
    const rig = await bought('car');
    const before = rig.engine.rank({ point: 'home', subject: 'ann' });
    const corrected = await rig.engine.correct('ann', 'wrong', { product_id: 'can' });
    const right = await bought('can');
    right.engine.rank({ point: 'home', subject: 'ann' });
    await right.engine.retireItems(['nothing']);
    expect(shared(await rig.dump())).toEqual(shared(await right.dump()));
    expect((await rig.dump()).join('\n')).not.toContain('"car"');
    const touched = corrected.ok ? corrected.value.touched : [];
    expect(touched).toHaveLength(2);
    expect(touched).toContain(before.ok ? before.value.id : '');
    expect(rig.engine.core.decisions.get(touched[0] ?? '')?.corrected).toBe(corrected.ok ? corrected.value.position : -1);
    await expectSameAnew(rig);
    expect(entries(rig).filter((type) => type === 'gap')).toHaveLength(1);
    expect(await rig.engine.verify()).toMatchObject({ ok: true });
  });

  it('moves a person in and out of segments as if the purchase had been right from the start', async () => {
    const lines = async (first: number, corrected: number | null): Promise<string[]> => {
      const rig = await Rig.open(undefined, worldDefinitions);
      for (const [number, subject] of ['ann', 'bob', 'cy', 'di', 'ed', 'flo'].entries()) {
        await rig.say(subject, 'granted', 'personalise', 'analytics', 'train');
        await rig.visit(subject, 'tea', 'cup');
        const total = subject === 'ann' ? first : 20 + 10 * number;
        await rig.send({
          ...rig.view(subject, 'tea', rig.clock.now(), `order-${subject}`),
          type: 'order.completed',
          properties: { total },
        });
      }
      await rig.engine.moveTime();
      const isSpender = rig.engine.core.segments.members('spenders');
      expect([...isSpender].includes('ann')).toBe(first >= 50);
      if (corrected === null) await rig.engine.retireItems(['nothing']);
      else expect((await rig.engine.correct('ann', 'order-ann', { total: corrected })).ok).toBe(true);
      expect([...rig.engine.core.segments.members('spenders')].includes('ann')).toBe((corrected ?? first) >= 50);
      await rig.engine.segmentation.publishCutPoints();
      for (let day = 0; day < 3; day += 1) {
        rig.clock.advance(2 * dayMs);
        await rig.engine.moveTime();
      }
      return (await expectSameAnew(rig)).filter((line) => /^(?:profile|visit|consent|segment)\t/u.test(line));
    };
    const right = await lines(10, null);
    expect(right.some((line) => line.startsWith('segment'))).toBe(true);
    expect(await lines(500, 10)).toEqual(right);
    expect(await lines(10, 500)).toEqual(await lines(500, null));
    expect(await lines(500, null)).not.toEqual(right);
  });

  it('can be done again, refuses what does not fit, and changes nothing when nothing is wrong', async () => {
    const rig = await bought('car');
    expect(await rig.engine.correct('ann', 'no-such', { product_id: 'can' })).toMatchObject({ ok: false, code: 'event_unknown' });
    expect(await rig.engine.correct('bob', 'wrong', { product_id: 'can' })).toMatchObject({ ok: false, code: 'event_unknown' });
    expect(await rig.engine.correct('ann', 'wrong', { product_id: 5 })).toMatchObject({ ok: false, code: 'event_property' });
    const head = rig.engine.log.head;
    expect(await rig.engine.correct('ann', 'wrong', { product_id: 'car' })).toMatchObject({ ok: true, value: { touched: [] } });
    await rig.engine.drain();
    expect(rig.engine.log.head).toBe(head);
    for (const item of ['can', 'pan', 'fan']) expect((await rig.engine.correct('ann', 'wrong', { product_id: item })).ok).toBe(true);
    const live = await expectSameAnew(rig);
    expect(live.join('\n')).toContain('"fan"');
    expect(live.join('\n')).not.toMatch(/"(?:car|can|pan)"/u);
    expect(entries(rig).filter((type) => type === 'event.corrected')).toHaveLength(1);
    expect((await rig.send(rig.view('ann', 'car', rig.clock.now(), 'wrong'))).codes).toEqual(['duplicate']);
    await rig.engine.erase(['ann']);
    expect((await expectSameAnew(rig)).join('\n')).not.toMatch(/"(?:ann|fan)"/u);
  });
});

describe('what goes wrong on the way', () => {
  it('corrects a person of whom an older version kept what has no canonical text', async () => {
    const rig = await bought('car');
    const half = 'smile \ud83d';
    vi.spyOn(rig.engine.core.validator, 'properties').mockImplementationOnce((_, given) => ({ ok: true, value: given }));
    await rig.send(rig.view('ann', half, rig.clock.now() - 1, 'half'));
    rig.engine.rank({ point: 'home', subject: 'ann' });
    expect(await rig.engine.correct('ann', 'wrong', { product_id: 'can' })).toMatchObject({
      ok: true,
      value: { touched: [expect.any(String), expect.any(String)] },
    });
    expect(await rig.engine.correct('ann', 'half', { product_id: 'pan' })).toMatchObject({
      ok: true,
      value: { touched: [expect.any(String)] },
    });
    expect((await expectSameAnew(rig)).join('\n')).toContain('"pan"');
  });

  it("a bug in a turn that has appended nothing is the turn's alone", async () => {
    const rig = await bought('car');
    vi.spyOn(rig.engine.core.validator, 'properties').mockImplementationOnce(() => {
      throw new Error('a bug');
    });
    await expect(rig.engine.correct('ann', 'wrong', { product_id: 'can' })).rejects.toThrow('a bug');
    expect(rig.halted).toBeNull();
    expect(await rig.engine.correct('ann', 'wrong', { product_id: 'can' })).toMatchObject({ ok: true });
    await expectSameAnew(rig);
  });

  it('one in a turn that has appended stops the engine', async () => {
    const rig = await bought('car');
    await rig.engine.drain();
    const { log } = rig.engine;
    const append = log.append.bind(log);
    vi.spyOn(log, 'append').mockImplementationOnce((...given) => {
      append(...given);
      throw new Error('a bug');
    });
    await expect(rig.engine.correct('ann', 'wrong', { product_id: 'can' })).rejects.toThrow('a bug');
    expect(rig.halted).toMatchObject({ message: 'a bug' });
    await expect(rig.engine.choose('ann', { choices: {}, origin: 'test' })).rejects.toMatchObject({ code: 'log_failed' });
  });
});

describe('a correction that is interrupted', () => {
  const claim = { by: 'Sam Ortiz, counsel', reason: 'claim 7/2026' };
  const holding = (rig: Rig, text: string): number =>
    [...rig.engine.log.read(0)].filter(({ bytes }) => bytes !== null && Buffer.from(bytes).toString().includes(text)).length;

  /** Ann's event says `wrong-1`, was corrected to `wrong-2`, and is under a hold. */
  async function twiceWrong(): Promise<Rig> {
    const rig = await Rig.open();
    await rig.say('ann', 'granted', 'personalise', 'train');
    await rig.send(rig.view('ann', 'wrong-1', rig.clock.now(), 'wrong'));
    expect((await rig.engine.kept.hold('ann', claim)).ok).toBe(true);
    expect((await rig.engine.correct('ann', 'wrong', { product_id: 'wrong-2' })).ok).toBe(true);
    rig.clock.advance(1000);
    return rig;
  }

  /** The process stops before, or after, the nth thing that the disk is waited for; false: there were fewer. */
  async function stopped(rig: Rig, nth: number, isAfter: boolean): Promise<boolean> {
    let count = 0;
    const isReached = await new Promise<boolean>((resolve) => {
      const stop = (work: () => Promise<unknown>): Promise<never> => {
        void (isAfter ? work() : Promise.resolve()).then(() => resolve(true));
        return new Promise<never>(() => undefined);
      };
      const { log, kept } = rig.engine;
      const [sync, redact, keep] = [log.sync.bind(log), log.redact.bind(log), kept.keep.bind(kept)];
      vi.spyOn(log, 'sync').mockImplementation(() => (count++ === nth ? stop(sync) : sync()));
      vi.spyOn(log, 'redact').mockImplementation((gone) => (count++ === nth ? stop(() => redact(gone)) : redact(gone)));
      vi.spyOn(kept, 'keep').mockImplementation((what) => (count++ === nth ? stop(() => keep(what)) : keep(what)));
      void rig.engine.correct('ann', 'wrong', { product_id: 'right' }).then(() => resolve(false));
    });
    rig.disk.kill();
    await rig.start();
    return isReached;
  }

  it.each([false, true])('is finished when the process starts again, wherever it stopped; after the step: %s', async (isAfter) => {
    let made = 0;
    let nth = 0;
    for (; ; nth += 1) {
      const rig = await twiceWrong();
      const isReached = await stopped(rig, nth, isAfter);
      if (holding(rig, '"right"') > 0) {
        made += 1;
        expect([nth, holding(rig, 'wrong-1'), holding(rig, 'wrong-2')]).toEqual([nth, 0, 0]);
      }
      const again = await rig.engine.correct('ann', 'wrong', { product_id: 'right' });
      expect(again).toMatchObject({ ok: true });
      expect(await rig.engine.correct('ann', 'wrong', { product_id: 'right' })).toEqual(again);
      expect([nth, holding(rig, 'wrong-1'), holding(rig, 'wrong-2'), holding(rig, '"right"')]).toEqual([nth, 0, 0, 1]);
      await rig.engine.completeErasures();
      const [held] = rig.engine.kept.list();
      const read = await rig.engine.kept.read(held?.id ?? 0, held?.name ?? '', claim);
      expect(read.ok && read.value.filter(({ id }) => id === 'wrong')).toMatchObject([{ properties: { product_id: 'wrong-1' } }]);
      expect((await expectSameAnew(rig)).join('\n')).not.toContain('wrong-');
      await rig.engine.close();
      if (!isReached) break;
    }
    expect(nth).toBeGreaterThan(4);
    expect(made).toBeGreaterThan(2);
  });

  it('is refused, having changed nothing, when there is no space for what a hold keeps', async () => {
    const rig = await Rig.open();
    await rig.say('ann', 'granted', 'personalise', 'train');
    await rig.send(rig.view('ann', 'wrong-1', rig.clock.now(), 'wrong'));
    await rig.engine.kept.hold('ann', claim);
    const before = await rig.dump();
    vi.spyOn(rig.engine.kept, 'keep').mockResolvedValueOnce(new CodedError('disk_full'));
    expect(await rig.engine.correct('ann', 'wrong', { product_id: 'right' })).toMatchObject({ ok: false, code: 'disk_full' });
    expect(await rig.dump()).toEqual(before);
    expect((await rig.engine.correct('ann', 'wrong', { product_id: 'right' })).ok).toBe(true);
    expect([holding(rig, 'wrong-1'), rig.engine.kept.list()[0]?.events]).toEqual([0, 1]);
  });

  it('says of the decisions that it touched what it said before', async () => {
    const rig = await bought('car');
    vi.spyOn(rig.engine.log, 'redact').mockRejectedValueOnce(new CodedError('disk_full'));
    await expect(rig.engine.correct('ann', 'wrong', { product_id: 'can' })).rejects.toMatchObject({ code: 'disk_full' });
    expect(holding(rig, '["wrong",')).toBe(1);
    const again = await rig.engine.correct('ann', 'wrong', { product_id: 'can' });
    expect(again.ok && again.value.touched).toHaveLength(1);
    expect(holding(rig, '["wrong",')).toBe(0);
    await expectSameAnew(rig);
  });

  it('is still owed to the rows of state after its segment was sealed by person, also after a restart', async () => {
    const rig = await bought('car');
    rig.clock.advance(limits.hotMs - limits.erasureCompletionMs);
    await rig.engine.correct('ann', 'wrong', { product_id: 'can' });
    rig.clock.advance(limits.erasureCompletionMs - 1);
    await rig.engine.log.compact({ dueOnly: true });
    expect(rig.engine.log.owesCompaction).toBe(true);
    await rig.restart();
    const scrub = vi.spyOn(rig.state, 'scrub');
    rig.clock.advance(limits.erasureCompletionMs);
    await expect.poll(() => scrub.mock.calls.length).toBe(1);
    await rig.engine.drain();
    await rig.engine.completeErasures();
    expect(rig.engine.log.owesCompaction).toBe(false);
  });

  it('that was interrupted keeps no engine from starting on a disk without room for it, and is finished when there is', async () => {
    const rig = await bought('car');
    vi.spyOn(rig.engine.log, 'redact').mockRejectedValueOnce(new CodedError('disk_full'));
    await expect(rig.engine.correct('ann', 'wrong', { product_id: 'can' })).rejects.toMatchObject({ code: 'disk_full' });
    const full = [
      vi.spyOn(FileLog.prototype, 'canRedact').mockImplementation((positions) => positions.length === 0),
      vi.spyOn(FileLog.prototype, 'redact').mockRejectedValue(new CodedError('disk_full')),
    ];
    await rig.restart();
    await rig.say('ann', 'withdrawn', 'train');
    for (const each of full) each.mockRestore();
    expect(holding(rig, '["wrong",')).toBe(1);
    await rig.engine.completeErasures();
    expect(holding(rig, '["wrong",')).toBe(0);
  });
});

describe('restriction', () => {
  it('freezes everything, and when it is lifted nothing was lost', async () => {
    const rig = await bought('car');
    const before = shared(await rig.dump()).filter((line) => !line.startsWith('consent'));
    await rig.engine.restrict('ann', true, 'test');
    expect((await rig.send(rig.view('ann', 'fan'))).codes).toEqual(['subject_restricted']);
    expect(rig.engine.rank({ point: 'home', subject: 'ann' })).toMatchObject({ ok: true, value: { mode: 'contextual' } });
    expect((await rig.dump()).filter((line) => line.startsWith('visit')).join('\n')).not.toContain('car');
    expect(rig.engine.profile('ann')).toMatchObject({ ok: true, value: { consent: { restricted: true } } });
    await expectSameAnew(rig);
    await rig.engine.restrict('ann', false, 'test');
    expect(shared(await rig.dump()).filter((line) => !line.startsWith('consent'))).toEqual(before);
    expect(rig.engine.rank({ point: 'home', subject: 'ann' })).toMatchObject({ ok: true, value: { mode: 'personal' } });
    await expectSameAnew(rig);
    expect(await rig.engine.restrict('nobody', true, 'test')).toMatchObject({ ok: false, code: 'subject_unknown' });
  });

  it('holds against a decision that is under way', async () => {
    const rig = await bought('car');
    const draft = rig.engine.prepareRank({ point: 'home', subject: 'ann' });
    await rig.engine.restrict('ann', true, 'test');
    const answer = draft.ok ? rig.engine.emitRank(draft.value) : draft;
    expect(answer).toMatchObject({ ok: true, value: { mode: 'contextual', contextualBecause: 'superseded' } });
  });
});

describe('withdrawal', () => {
  it('redacts what has no purpose left, keeps what has, and says so in the stream of the person', async () => {
    const rig = await Rig.open();
    await rig.say('ann', 'granted', 'personalise', 'train', 'analytics');
    await rig.visit('ann', 'tea');
    await rig.send({ ...rig.view('ann', 'x', rig.clock.now()), type: 'page.viewed', properties: { name: 'start' } });
    await rig.say('ann', 'withdrawn', 'personalise', 'train');
    await rig.engine.completeErasures();
    expect(entries(rig).filter((type) => type === 'gap')).toHaveLength(0);
    await rig.say('ann', 'granted', 'personalise');
    await rig.visit('ann', 'cup');
    await rig.say('ann', 'objected', 'analytics');
    await rig.engine.completeErasures();
    expect(entries(rig).filter((type) => type === 'gap')).toHaveLength(2);
    expect(entries(rig).filter((type) => type === 'purpose.forgotten')).toHaveLength(2);
    const live = (await expectSameAnew(rig)).join('\n');
    expect(live).toContain('"cup"');
    expect(live).not.toContain('"tea"');
    expect(rig.engine.core.withdrawals.owed()).toEqual([]);
  });

  it('is carried out after a restart, too', async () => {
    const rig = await bought('car');
    await rig.say('ann', 'withdrawn', 'personalise', 'train');
    await rig.restart();
    rig.clock.advance(limits.erasureCompletionMs);
    await expect.poll(() => rig.engine.core.withdrawals.owed()).toEqual([]);
    // Three events, and what was decided from them.
    expect(entries(rig).filter((type) => type === 'gap')).toHaveLength(4);
    await expectSameAnew(rig);
  });
});

describe('retention', () => {
  it('takes out what is past the period of its type, and nothing else', async () => {
    const rig = await bought('car');
    await rig.engine.correct('ann', 'wrong', { product_id: 'can' });
    const old = rig.engine.core.trace.positions('ann').length;
    rig.clock.advance(396 * dayMs);
    await rig.visit('ann', 'new');
    await rig.engine.cutRetention();
    const live = (await expectSameAnew(rig)).join('\n');
    expect(live).not.toMatch(/"(?:tea|can|cup|pot|jar)"/u);
    expect(rig.engine.core.model.index.visits).toBe(1);
    expect(rig.engine.core.trace.positions('ann').length).toBeLessThan(old);
    expect(rig.engine.profile('ann')).toMatchObject({ ok: true, value: { consent: { stands: { personalise: { choice: 'granted' } } } } });
    expect(await rig.engine.verify()).toMatchObject({ ok: true });
  });
});

describe('retention, whatever the clock did', () => {
  it('takes out what stands behind a record from a clock that was ahead, and that record in its time', async () => {
    const rig = await Rig.open();
    const start = rig.clock.now();
    rig.clock.set(start + 5 * 365 * dayMs);
    await rig.say('zoe', 'granted', 'personalise', 'train');
    await rig.send(rig.view('zoe', 'early', rig.clock.now()));
    rig.clock.set(start);
    await rig.say('ann', 'granted', 'personalise', 'train');
    await rig.visit('ann', 'secret');
    rig.clock.set(start + 600 * dayMs);
    expect(await rig.engine.cutRetention()).toBe(1);
    expect(entries(rig).filter((type) => type === 'item.viewed')).toHaveLength(1);
    expect(rig.engine.core.model.index.visits).toBe(1);
    expect((await expectSameAnew(rig)).join('\n')).not.toContain('secret');
    rig.clock.set(start + (5 * 365 + 396) * dayMs);
    expect(await rig.engine.cutRetention()).toBe(1);
    expect((await expectSameAnew(rig)).join('\n')).not.toContain('early');
  });

  it('goes on from day to day after a clock that was ahead', async () => {
    const rig = await Rig.open();
    await rig.engine.close();
    await rig.start(undefined, { tickMs: limits.tickMs });
    const start = rig.clock.now();
    await rig.say('ann', 'granted', 'personalise', 'train');
    rig.clock.set(start + 1_000 * dayMs);
    rig.clock.advance(limits.tickMs);
    await expect.poll(() => entries(rig)).toContain('retention.cut');
    rig.clock.set(start + limits.tickMs);
    await rig.visit('ann', 'secret');
    rig.clock.set(start + 500 * dayMs);
    rig.clock.advance(limits.tickMs);
    await expect.poll(() => entries(rig)).not.toContain('item.viewed');
    await rig.engine.close();
  });

  it('goes by when an event happened, however late it came', async () => {
    const rig = await Rig.open();
    await rig.engine.declareBasis({ eventType: 'item.imported', purpose: 'train', basis: 'contract', reason: 'test' });
    const old = (days: number) => ({ ...rig.view('ann', `from-${days}`, rig.clock.now() - days * dayMs), type: 'item.imported' });
    expect(await rig.send(old(500), old(300))).toMatchObject({ accepted: 2 });
    expect(await rig.engine.cutRetention()).toBe(1);
    expect(entries(rig).filter((type) => type === 'item.imported')).toHaveLength(1);
    rig.clock.set(rig.clock.now() + 96 * dayMs);
    expect(await rig.engine.cutRetention()).toBe(1);
  });

  it('reads what was folded before the start once, and then only where something is due', async () => {
    const rig = await Rig.open();
    await rig.say('ann', 'granted', 'personalise', 'train');
    const many = async (days: number): Promise<void> => {
      rig.clock.set(rig.clock.now() + days * dayMs);
      await rig.send(...Array.from({ length: limits.retentionChunkEvents }, (_, n) => rig.view('ann', `i${n % 7}`)));
    };
    const cut = async (): Promise<number[]> => {
      const read = vi.spyOn(rig.engine.log, 'read');
      await rig.engine.cutRetention();
      const chunks = read.mock.calls.map(([from]) => from / limits.retentionChunkEvents);
      read.mockRestore();
      return chunks;
    };
    for (const days of [0, 100, 100]) await many(days);
    // In the first chunk types were registered: what stood before them was not looked at.
    expect(await cut()).toEqual([0]);
    expect(await cut()).toEqual([]);
    await rig.restart();
    // The last chunk is not full, so what was read there does not stand for what will come.
    expect(await cut()).toEqual([0, 1, 2, 3]);
    expect(await cut()).toEqual([3]);
    await many(0);
    await many(0);
    rig.clock.set(rig.clock.now() + 196 * dayMs);
    // The events of the first day reach into the second chunk, since choices and registrations stand before them.
    expect(await cut()).toEqual([0, 1, 3]);
    expect(await cut()).toEqual([0, 1]);
    expect(await cut()).toEqual([]);
    expect(entries(rig).filter((type) => type === 'item.viewed')).toHaveLength(4 * limits.retentionChunkEvents);
    await expectSameAnew(rig);
  });
});

describe('any history', () => {
  it('gives the same state folded forward and folded anew, with every right used at random', async () => {
    const people = ['ann', 'bob', 'eve'];
    const step = fc.tuple(fc.integer({ min: 0, max: 13 }), fc.constantFrom(...people), fc.integer({ min: 0, max: 9 }));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
        const rig = await Rig.open();
        for (const subject of people) await rig.say(subject, 'granted', 'personalise', 'train');
        for (const [kind, subject, n] of steps) {
          rig.clock.advance(n * 400_000);
          if (kind <= 5)
            await rig.send(rig.view(subject, `i${n}`, rig.clock.now() - (kind === 5 ? n * 1_000_000 : 0), `${subject}${n}${kind}`));
          else if (kind === 6) rig.engine.rank({ point: 'home', subject });
          else if (kind === 7) await rig.engine.correct(subject, `${subject}${n}0`, { product_id: `c${n}` });
          else if (kind === 8) await rig.engine.choose(subject, { choices: { personalise: n < 5 ? 'withdrawn' : 'granted' }, origin: 't' });
          else if (kind === 9) await rig.engine.choose(subject, { choices: { train: n < 5 ? 'objected' : 'granted' }, origin: 't' });
          else if (kind === 10) await rig.engine.restrict(subject, n < 6, 't');
          else if (kind === 11) await rig.engine.erase([subject]);
          else if (kind === 12) await rig.engine.completeErasures();
          else {
            rig.clock.advance(n * 30 * dayMs);
            await rig.engine.cutRetention();
          }
        }
        await rig.engine.completeErasures();
        await expectSameAnew(rig);
        await rig.engine.close();
      }),
      { numRuns: 60, seed: 11 },
    );
  }, 60_000);
});
