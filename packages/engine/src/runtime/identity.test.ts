// One person, several ids, through the whole engine.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decisionIn } from '../model/decision-codec.js';
import { decodeEvent } from '../model/event-codec.js';
import { personLines } from './archive.js';
import { Rig } from './rig.suite.js';

async function expectSameAnew(rig: Rig): Promise<string[]> {
  const live = await rig.dump();
  const persons = [...rig.engine.core.identity.persons()];
  for (const wipe of [false, true]) {
    await rig.restart(wipe);
    expect(await rig.dump()).toEqual(live);
    expect([...rig.engine.core.identity.persons()]).toEqual(persons);
  }
  return live;
}

/** A phone and an account that have both granted everything; others have gone from tea to cup. */
async function phoneAndAccount(): Promise<Rig> {
  const rig = await Rig.open();
  for (let n = 0; n < 6; n += 1) {
    await rig.say(`other${n}`, 'granted', 'personalise', 'train');
    await rig.visit(`other${n}`, 'tea', 'cup');
  }
  for (const id of ['phone', 'account']) await rig.say(id, 'granted', 'personalise', 'train');
  await rig.visit('phone', 'tea');
  return rig;
}

/** Of the decisions in the log, by id, what they started from. */
function made(rig: Rig): Map<string, readonly string[]> {
  return new Map(
    [...rig.engine.log.read(0)].flatMap(({ bytes, mask }) => {
      const event = bytes === null ? null : decodeEvent(bytes, mask);
      return event?.type === 'decision.made' ? [[event.id, decisionIn(event).inputs] as const] : [];
    }),
  );
}

describe('linked ids', () => {
  it('are read as one: profile and decisions start from what either did; unlinked they are two again', async () => {
    const rig = await phoneAndAccount();
    const inputs = (): readonly string[] => {
      const decision = rig.engine.rank({ point: 'home', subject: 'account' });
      return decision.ok ? decision.value.inputs : [];
    };
    expect(inputs()).toEqual([]);
    expect(await rig.engine.link('account', 'phone', true, 'log-in')).toMatchObject({ ok: true, value: { ids: ['account', 'phone'] } });
    await rig.visit('account', 'pot');
    expect(inputs()).toEqual(['tea', 'pot']);
    expect(rig.engine.profile('account')).toMatchObject({ ok: true, value: { ids: ['account', 'phone'] } });
    await expectSameAnew(rig);
    expect(inputs()).toEqual(['tea', 'pot']);
    await rig.engine.link('phone', 'account', false, '');
    expect(inputs()).toEqual(['pot']);
    await expectSameAnew(rig);
  });

  it('take the stricter side, and what one of them chooses later holds for all', async () => {
    const rig = await phoneAndAccount();
    await rig.say('tablet', 'granted', 'personalise');
    await rig.say('tablet', 'withdrawn', 'personalise');
    rig.clock.advance(1000);
    await rig.engine.link('phone', 'tablet', true, 'log-in');
    await rig.engine.link('phone', 'account', true, 'log-in');
    const choices = (purpose: 'personalise' | 'train'): unknown[] =>
      ['account', 'phone', 'tablet'].map((id) => rig.engine.core.gate.standing(id)?.stands[purpose]?.choice);
    expect(choices('personalise')).toEqual(['withdrawn', 'withdrawn', 'withdrawn']);
    expect(choices('train')).toEqual(['lapsed', 'lapsed', undefined]);
    expect((await rig.dump()).filter((line) => line.startsWith('profile\t"phone"') || /^visit.*"phone"/u.test(line))).toEqual([]);
    const old = await rig.engine.choose('phone', { choices: { personalise: 'granted' }, origin: 't' }, rig.clock.now() - 500);
    expect(old).toMatchObject({ ok: false, code: 'consent_stale' });
    rig.clock.advance(1000);
    await rig.say('tablet', 'granted', 'personalise', 'train');
    expect([...choices('personalise'), ...choices('train')]).toEqual(Array(6).fill('granted'));
    await rig.engine.link('phone', 'tablet', false, '');
    await rig.say('tablet', 'objected', 'train');
    expect(choices('train')).toEqual(['granted', 'granted', 'objected']);
    await expectSameAnew(rig);
  });

  it('answer contextually when another id of the person withdraws while the decision is under way', async () => {
    const rig = await phoneAndAccount();
    await rig.engine.link('account', 'phone', true, 'log-in');
    const draft = rig.engine.prepareRank({ point: 'home', subject: 'account' });
    const withdrawing = rig.say('phone', 'withdrawn', 'personalise');
    await withdrawing;
    const answer = draft.ok ? rig.engine.emitRank(draft.value) : draft;
    expect(answer).toMatchObject({ ok: true, value: { mode: 'contextual', contextualBecause: 'superseded' } });
  });

  it('answer contextually when the other id left the person and withdrew while the decision was under way', async () => {
    const rig = await phoneAndAccount();
    await rig.engine.link('account', 'phone', true, 'log-in');
    const draft = rig.engine.prepareRank({ point: 'home', subject: 'account' });
    await rig.engine.link('account', 'phone', false, '');
    await rig.say('phone', 'withdrawn', 'personalise');
    const answer = draft.ok ? rig.engine.emitRank(draft.value) : draft;
    expect(answer).toMatchObject({ ok: true, value: { mode: 'contextual', contextualBecause: 'superseded' } });
  });

  it('are refused when unknown, the same, or too many', async () => {
    const rig = await phoneAndAccount();
    expect(await rig.engine.link('phone', 'phone', true, 'x')).toMatchObject({ ok: false, code: 'identity_same' });
    expect(await rig.engine.link('phone', 'stranger', true, 'x')).toMatchObject({ ok: false, code: 'subject_unknown' });
    for (let n = 0; n < 40; n += 1) {
      await rig.say(`id${n}`, 'granted', 'personalise');
      const done = await rig.engine.link('phone', `id${n}`, true, 'x');
      expect(done.ok ? 'ok' : done.code).toBe(n < 31 ? 'ok' : 'identity_too_many');
    }
    await rig.engine.erase(['other1']);
    expect(await rig.engine.link('other2', 'other1', true, 'x')).toMatchObject({ ok: false, code: 'subject_unknown' });
  });

  it('have their events corrected by whichever of them asks, its own first; parted they have not', async () => {
    const rig = await phoneAndAccount();
    const inputs = (): readonly string[] => {
      const decision = rig.engine.rank({ point: 'home', subject: 'account' });
      return decision.ok ? decision.value.inputs : [];
    };
    await rig.send(rig.view('phone', 'car', rig.clock.now(), 'wrong'), rig.view('phone', 'pin', rig.clock.now(), 'both'));
    rig.clock.advance(1000);
    await rig.send(rig.view('account', 'fan', rig.clock.now(), 'both'));
    const unknown = { ok: false, code: 'event_unknown' };
    expect(await rig.engine.correct('account', 'wrong', { product_id: 'can' })).toMatchObject(unknown);
    await rig.engine.link('account', 'phone', true, 'log-in');
    const first = await rig.engine.correct('account', 'wrong', { product_id: 'can' });
    expect(first).toMatchObject({ ok: true });
    expect(await rig.engine.correct('account', 'wrong', { product_id: 'can' })).toEqual(first);
    expect(await rig.engine.correct('account', 'both', { product_id: 'pan' })).toMatchObject({ ok: true });
    expect(inputs()).toEqual(['tea', 'can', 'pin', 'pan']);
    const wish = { event: 'wrong', properties: { product_id: 'jar' } };
    const asked = await rig.engine.desk.open('account', 'correct', { kind: 'account' }, wish);
    expect(await rig.engine.desk.answer(asked.ok ? asked.value.request : '', 'done')).toMatchObject({ ok: true });
    expect(inputs()).toEqual(['tea', 'jar', 'pin', 'pan']);
    await expectSameAnew(rig);
    await rig.engine.link('account', 'phone', false, '');
    expect(await rig.engine.correct('account', 'wrong', { product_id: 'can' })).toMatchObject(unknown);
  });

  it('go together when the person is erased, edge and all; one alone when it was unlinked before', async () => {
    const rig = await phoneAndAccount();
    await rig.say('tablet', 'granted', 'personalise', 'train');
    await rig.engine.link('account', 'phone', true, 'log-in');
    await rig.engine.link('tablet', 'account', true, 'log-in');
    await rig.engine.link('tablet', 'account', false, '');
    await rig.engine.erase(['phone']);
    const live = (await expectSameAnew(rig)).join('\n');
    expect(live).not.toMatch(/"(?:phone|account)"/u);
    expect(live).toContain('"tablet"');
    const texts = [...rig.engine.log.read(0)].map(({ bytes }) => Buffer.from(bytes ?? []).toString()).join();
    expect(texts).not.toMatch(/phone|account/u);
  });
});

describe('what was decided while ids were linked that are parted since', () => {
  /** A decision for the account before it was linked to the phone, one while it was, by which the phone's tea counted, and one after. */
  async function parted(): Promise<{ readonly rig: Rig; readonly before: string; readonly shared: string; readonly after: string }> {
    const rig = await phoneAndAccount();
    const decide = async (): Promise<string> => {
      const decision = rig.engine.rank({ point: 'home', subject: 'account' });
      await rig.engine.drain();
      return decision.ok ? decision.value.id : '';
    };
    await rig.visit('account', 'pot');
    const before = await decide();
    await rig.engine.link('account', 'phone', true, 'log-in');
    const shared = await decide();
    await rig.engine.link('account', 'phone', false, '');
    return { rig, before, shared, after: await decide() };
  }
  it('goes with the one that is erased, and only that', async () => {
    const { rig, before, shared, after } = await parted();
    expect(made(rig)).toEqual(
      new Map([
        [before, ['pot']],
        [shared, ['tea', 'pot']],
        [after, ['pot']],
      ]),
    );
    const erased = await rig.engine.erase(['phone']);
    expect(erased.events).toBe(4);
    expect([...made(rig).keys()]).toEqual([before, after]);
    expect(rig.engine.decided.why(shared)).toMatchObject({ ok: false, code: 'decision_unknown' });
    expect(rig.engine.core.identity.everWith(['account'])).toEqual([]);
    await expectSameAnew(rig);
  });

  it('goes with one that was linked by way of a third', async () => {
    const rig = await phoneAndAccount();
    await rig.say('tablet', 'granted', 'personalise', 'train');
    await rig.visit('tablet', 'car');
    await rig.engine.link('account', 'phone', true, 'log-in');
    await rig.engine.link('phone', 'tablet', true, 'log-in');
    rig.engine.rank({ point: 'home', subject: 'account' });
    await rig.engine.link('phone', 'tablet', false, '');
    expect([...made(rig).values()]).toEqual([['tea', 'car']]);
    await rig.engine.erase(['tablet']);
    expect([...made(rig).values()]).toEqual([]);
    await expectSameAnew(rig);
  });

  it('goes with what the other one withdraws, is told nobody meanwhile, and stays while they look at other things again', async () => {
    const { rig, before, shared, after } = await parted();
    expect(rig.engine.decided.why(shared)).toMatchObject({ ok: true });
    await rig.say('phone', 'withdrawn', 'train');
    await rig.engine.completeErasures();
    expect([...made(rig).keys()]).toEqual([before, shared, after]);
    await rig.say('phone', 'withdrawn', 'personalise');
    expect(rig.engine.decided.why(shared)).toMatchObject({ ok: false, code: 'decision_withdrawn' });
    expect(rig.engine.decided.why(after)).toMatchObject({ ok: true });
    await rig.engine.completeErasures();
    expect([...made(rig).keys()]).toEqual([before, after]);
    await expectSameAnew(rig);
  });

  it('waits for whoever is to look at it, and goes with their answer', async () => {
    const { rig, before, shared, after } = await parted();
    await rig.engine.link('account', 'phone', true, 'log-in');
    const asked = await rig.engine.desk.open('account', 'human_review', { kind: 'account' }, { decision: shared });
    await rig.engine.link('account', 'phone', false, '');
    await rig.say('phone', 'withdrawn', 'personalise');
    await rig.engine.completeErasures();
    expect([...made(rig).keys()]).toEqual([before, shared, after]);
    expect(await rig.engine.desk.answer(asked.ok ? asked.value.request : '', 'Looked at.')).toMatchObject({ ok: true });
    expect(rig.engine.decided.why(shared)).toMatchObject({ ok: false, code: 'decision_withdrawn' });
    await rig.engine.completeErasures();
    expect([...made(rig).keys()]).toEqual([before, after]);
    await expectSameAnew(rig);
  });

  it('is not in the archive, since it may tell what the other did', async () => {
    const { rig, before, shared, after } = await parted();
    const archived = (): string[] =>
      [...personLines('account', rig.engine.archiveParts)]
        .map((line) => JSON.parse(line) as { readonly kind: string; readonly id: string })
        .flatMap(({ kind, id }) => (kind === 'decision' ? [id] : []));
    expect(archived()).toEqual([before, after]);
    await rig.engine.link('account', 'phone', true, 'log-in');
    expect(archived()).toEqual([before, shared, after]);
    await expectSameAnew(rig);
  });
});

describe('any history of links', () => {
  it('gives the same state folded forward and folded anew', async () => {
    const ids = ['a', 'b', 'c', 'd'];
    const step = fc.tuple(
      fc.integer({ min: 0, max: 11 }),
      fc.constantFrom(...ids),
      fc.constantFrom(...ids),
      fc.integer({ min: 0, max: 9 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
        const rig = await Rig.open();
        for (const id of ids) await rig.say(id, 'granted', 'personalise', 'train');
        for (const [kind, one, other, n] of steps) {
          rig.clock.advance(n * 300_000);
          if (kind <= 3) await rig.send(rig.view(one, `${one}-${n}`, rig.clock.now(), `${one}${n}${kind}`));
          else if (kind <= 5) await rig.engine.link(one, other, true, 't');
          else if (kind === 6) await rig.engine.link(one, other, false, '');
          else if (kind === 7) rig.engine.rank({ point: 'home', subject: one });
          else if (kind === 8) await rig.engine.choose(one, { choices: { personalise: n < 5 ? 'withdrawn' : 'granted' }, origin: 't' });
          else if (kind === 9) await rig.engine.correct(one, `${one}${n}0`, { product_id: `c${n}` });
          else if (kind === 10) await rig.engine.restrict(one, n < 5, 't');
          else {
            const gone = rig.engine.core.identity.members(one);
            await rig.engine.erase([one]);
            const inputs = [...made(rig).values()].flat();
            expect(inputs.filter((item) => gone.some((id) => item.startsWith(`${id}-`)))).toEqual([]);
          }
        }
        await rig.engine.completeErasures();
        await expectSameAnew(rig);
        await rig.engine.close();
      }),
      { numRuns: 60, seed: 5 },
    );
  }, 60_000);
});
