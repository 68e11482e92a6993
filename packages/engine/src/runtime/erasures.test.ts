import { describe, expect, it, vi } from 'vitest';
import { CodedError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { subjectTags } from '../adapters/subject-tags.js';
import { MemoryDisk } from '../adapters/memory-disk.js';
import { Suppressions } from '../consent/suppressions.js';
import { Rig } from './rig.suite.js';

/** Ann and Bob with a visit each. */
async function pair(disk?: MemoryDisk): Promise<Rig> {
  const rig = await Rig.open(disk);
  for (const subject of ['ann', 'bob']) {
    await rig.say(subject, 'granted', 'personalise', 'train');
    await rig.visit(subject, 'tea', 'cup');
  }
  return rig;
}

describe('an erasure', () => {
  it('is a receipt at once, and completed later: by itself, or when asked', async () => {
    const rig = await pair();
    const { receipt, ...rest } = await rig.engine.erase(['ann', 'ann', 'nobody']);
    expect(rest).toMatchObject({ subjects: 2, events: 3, deadlineAt: rest.erasedAt + limits.erasureDeadlineMs });
    expect(rig.engine.core.receipts.get(receipt)).toMatchObject({ events: 3, completedAt: null });
    expect(rig.engine.core.receipts.owed()).toEqual([receipt]);
    rig.clock.advance(limits.erasureCompletionMs);
    await expect.poll(() => rig.engine.core.receipts.owed()).toEqual([]);
    const { keys } = await rig.engine.completeErasures();
    expect(keys).toBe(0);
    expect(rig.engine.core.receipts.get(receipt)?.completedAt).toBe(rig.clock.now());
  });

  it('still owes its completion after a restart', async () => {
    const rig = await pair();
    const { receipt } = await rig.engine.erase(['ann']);
    await rig.restart();
    expect(rig.engine.core.receipts.owed()).toEqual([receipt]);
    rig.clock.advance(limits.erasureCompletionMs);
    await expect.poll(() => rig.engine.core.receipts.owed()).toEqual([]);
  });

  it('whose completion is under way when the engine closes is completed first', async () => {
    const rig = await pair();
    await rig.engine.erase(['ann']);
    const [done] = await Promise.allSettled([rig.engine.completeErasures(), rig.engine.close()]);
    expect(done).toMatchObject({ status: 'fulfilled' });
    await rig.start();
    expect(rig.engine.core.receipts.owed()).toEqual([]);
  });

  it('whose completion was under way at the close is not tried again by an engine that is closed', async () => {
    const rig = await pair();
    await rig.engine.erase(['ann']);
    rig.clock.advance(limits.erasureCompletionMs);
    const timers = vi.spyOn(rig.clock, 'after');
    await rig.engine.close();
    expect(timers).not.toHaveBeenCalledWith(limits.erasureCompletionMs, expect.anything());
  });

  it('takes nobody a second time at the next start who came back, whatever the clock did meanwhile', async () => {
    const rig = await pair();
    await rig.engine.erase(['ann']);
    rig.clock.advance(60_000);
    await rig.say('ann', 'granted', 'personalise', 'train');
    await rig.visit('ann', 'jar');
    rig.clock.set(rig.clock.now() - 3_600_000);
    expect(rig.engine.rank({ point: 'home', subject: 'ann' })).toMatchObject({ ok: true, value: { mode: 'personal' } });
    await rig.engine.drain();
    const before = rig.engine.core.trace.positions('ann');
    await rig.restart();
    expect(before).toHaveLength(3);
    expect(rig.engine.core.trace.positions('ann')).toEqual(before);
  });

  it('of what came while the clock was ahead has its deadline from now on', async () => {
    const rig = await pair();
    const now = rig.clock.now();
    rig.clock.set(now + 365 * 86_400_000);
    await rig.visit('ann', 'jar');
    const newest = rig.clock.now();
    rig.clock.set(now);
    expect(await rig.engine.erase(['ann'])).toMatchObject({ erasedAt: newest, deadlineAt: now + limits.erasureDeadlineMs });
  });

  it('takes many at once, each with its own receipt, whatever else is under way', async () => {
    const rig = await pair();
    const events = Array.from({ length: 20 }, (_, n) => rig.view('bob', `i${n}`));
    const [one, other, taken] = await Promise.all([rig.engine.erase(['ann']), rig.engine.erase(['eve', 'ann']), rig.send(...events)]);
    expect([one.events, other.events, taken.accepted, one.receipt === other.receipt]).toEqual([3, 0, 20, false]);
    const live = await rig.dump();
    await rig.restart(true);
    expect(await rig.dump()).toEqual(live);
  });

  it('takes a decision with it that was made while it waited for its turn', async () => {
    const rig = await pair();
    const writing = rig.send(rig.view('bob', 'pot'));
    const erasing = rig.engine.erase(['ann']);
    const before = rig.engine.rank({ point: 'home', subject: 'ann' });
    const draft = rig.engine.prepareRank({ point: 'home', subject: 'ann' });
    await Promise.all([writing, erasing]);
    const after = draft.ok ? rig.engine.emitRank(draft.value) : draft;
    expect(before).toMatchObject({ ok: true, value: { mode: 'personal' } });
    expect(after).toMatchObject({ ok: true, value: { mode: 'contextual', contextualBecause: 'superseded', subject: null } });
    const live = await rig.dump();
    expect(live.join('\n')).not.toContain('"ann"');
    await rig.restart(true);
    expect(await rig.dump()).toEqual(live);
  });
});

describe('whoever was erased stays so', () => {
  it('against retries, with the choice that rides on them or without, before and after a restart', async () => {
    const rig = await pair();
    const old = rig.view('ann', 'tea', rig.clock.now(), 'old');
    const consent = { choices: { personalise: 'granted', train: 'granted' }, origin: 'context.consent' } as const;
    await rig.engine.erase(['ann']);
    for (const round of [1, 2]) {
      rig.clock.advance(60_000);
      const fast = { ...rig.view('ann', 'tea', rig.clock.now() + 30_000, `fast${round}`), consent };
      expect((await rig.send(old, { ...old, id: 'again', consent }, fast)).codes).toEqual(Array(3).fill('subject_erased'));
      expect(await rig.engine.choose('ann', consent, old.occurredAt)).toMatchObject({ ok: false, code: 'subject_erased' });
      expect(rig.engine.profile('ann')).toMatchObject({ ok: false, code: 'subject_unknown' });
      await rig.restart(round === 1);
    }
  });

  it('also under a declared basis, which asks nobody', async () => {
    const rig = await pair();
    await rig.engine.declareBasis({ eventType: 'item.imported', purpose: 'train', basis: 'legitimate_interests', reason: 'test' });
    await rig.engine.erase(['kim']);
    const row = { ...rig.view('kim', 'tea', rig.clock.now() - 1000), type: 'item.imported' };
    expect((await rig.send(row, { ...row, id: 'z', occurredAt: rig.clock.now() + 1 })).codes).toEqual(['subject_erased', 'subject_erased']);
  });

  it('until they choose anew, and then only for what comes after', async () => {
    const rig = await pair();
    const old = rig.view('ann', 'tea');
    await rig.engine.erase(['ann']);
    rig.clock.advance(1000);
    await rig.say('ann', 'granted', 'personalise', 'train');
    rig.clock.advance(1000);
    expect((await rig.send(old, rig.view('ann', 'cup'))).codes).toEqual(['subject_erased']);
    expect(rig.engine.profile('ann')).toMatchObject({ ok: true, value: { events: 2 } });
    await rig.restart(true);
    expect(rig.engine.profile('ann')).toMatchObject({ ok: true, value: { events: 2 } });
  });

  it('when a crash came between the list and the log: opening carries it out', async () => {
    const rig = await pair();
    await rig.engine.close();
    const list = await Suppressions.open(rig.disk, 'erasures', subjectTags(new Uint8Array(32).fill(9), 'test'));
    await list.add(['ann'], rig.clock.now());
    list.close();
    await rig.start();
    expect(rig.engine.profile('ann')).toMatchObject({ ok: false, code: 'subject_unknown' });
    expect(rig.engine.profile('bob').ok).toBe(true);
    expect(rig.engine.core.receipts.owed()).toHaveLength(1);
    await rig.restart(true);
    expect(rig.engine.profile('ann').ok).toBe(false);
  });
});

describe('on a full disk', () => {
  const crowd = ['p0', 'p1', 'p2', 'p3', 'p4'];

  /** People whose events stand between each other's, so that each of an erasure needs an entry of its own. */
  async function scattered(): Promise<Rig> {
    const rig = await Rig.open();
    for (const subject of crowd) await rig.say(subject, 'granted', 'personalise', 'train');
    const rounds = Math.floor(limits.redactionEntriesAhead / 2);
    for (let round = 0; round < rounds; round += 64)
      await rig.send(...Array.from({ length: 64 * crowd.length }, (_, n) => rig.view(crowd[n % crowd.length] ?? '', `i${n % 7}`)));
    await rig.engine.drain();
    rig.disk.spaceBytes = rig.disk.usedBytes;
    return rig;
  }

  it('erasures are taken while there is room to note them; then one is refused, nothing has changed, and all goes on', async () => {
    const rig = await scattered();
    const codes: string[] = [];
    for (const subject of crowd) {
      const before = await rig.dump();
      const refused = await rig.engine.erase([subject]).then(
        () => null,
        (error: unknown) => error,
      );
      codes.push(refused instanceof CodedError ? refused.code : 'erased');
      if (refused !== null) expect(await rig.dump()).toEqual(before);
    }
    expect(codes).toEqual(['erased', 'erased', 'erased', 'disk_full', 'disk_full']);
    expect([rig.halted, rig.engine.health().status]).toEqual([null, 'ok']);
    await rig.say('p4', 'withdrawn', 'train');
    for (const wipe of [false, true]) {
      await rig.restart(wipe);
      expect([rig.engine.profile('p0').ok, rig.engine.profile('p4').ok, rig.halted]).toEqual([false, true, null]);
    }
    rig.disk.spaceBytes = Infinity;
    expect((await rig.engine.erase(['p3', 'p4'])).events).toBeGreaterThan(limits.redactionEntriesAhead / 2);
    expect([rig.engine.profile('p3').ok, rig.engine.profile('p4').ok]).toEqual([false, false]);
    await rig.engine.close();
  });

  it('the engine starts although a crash left an erasure undone for which there is no room, and carries it out when there is', async () => {
    const rig = await scattered();
    for (const subject of crowd.slice(0, 3)) await rig.engine.erase([subject]);
    await rig.engine.close();
    const list = await Suppressions.open(rig.disk, 'erasures', subjectTags(new Uint8Array(32).fill(9), 'test'));
    await list.add(['p3'], rig.clock.now());
    list.close();
    await rig.start();
    expect([rig.engine.profile('p3').ok, rig.halted]).toEqual([true, null]);
    const unread = async (): Promise<void> => {
      expect(rig.engine.rank({ point: 'home', subject: 'p3' })).toMatchObject({ value: { mode: 'contextual' } });
      expect(rig.engine.rank({ point: 'home', subject: 'p4' })).toMatchObject({ value: { mode: 'personal' } });
      expect(await rig.send(rig.view('p3', 'x'))).toMatchObject({ accepted: 0 });
    };
    await unread();
    await expect(rig.engine.completeErasures()).rejects.toMatchObject({ code: 'disk_full' });
    await unread();
    await rig.restart();
    rig.disk.spaceBytes = Infinity;
    rig.clock.advance(limits.erasureCompletionMs);
    await expect.poll(() => rig.engine.profile('p3').ok).toBe(false);
    await rig.engine.close();
  });

  it('a list of the erased that is long opens, and takes more as far as its room goes', async () => {
    const rig = await pair();
    const half = Math.ceil(limits.suppressionEntriesAhead / 2) + 100;
    await rig.engine.erase(Array.from({ length: half }, (_, n) => `gone${n}`));
    await rig.engine.completeErasures();
    await rig.engine.close();
    rig.disk.spaceBytes = rig.disk.usedBytes;
    await rig.start();
    expect((await rig.engine.erase(['ann'])).events).toBe(3);
    const many = Array.from({ length: limits.suppressionEntriesAhead }, (_, n) => `more${n}`);
    await expect(rig.engine.erase(['bob', ...many])).rejects.toMatchObject({ code: 'disk_full' });
    expect([rig.halted, rig.engine.profile('ann').ok, rig.engine.profile('bob').ok]).toEqual([null, false, true]);
    await rig.restart();
    await rig.engine.close();
  });
});

it('is carried out on an earlier backup for the ids that were erased alone, though they were linked to others then', async () => {
  const rig = await pair();
  await rig.engine.link('ann', 'bob', true, 'one tablet');
  await rig.say('ann', 'granted', 'personalise', 'train');
  await rig.visit('bob', 'pot');
  const earlier = rig.disk.files();
  // It was a mistake: they are two people.
  await rig.engine.link('ann', 'bob', false, '');
  rig.clock.advance(1000);
  await rig.engine.erase(['ann']);
  expect(rig.engine.profile('bob').ok).toBe(true);
  await rig.engine.close();
  const files = new Map([...earlier].filter(([path]) => !path.startsWith('erasures/')));
  for (const [path, content] of rig.disk.files()) if (path.startsWith('erasures/')) files.set(path, content);
  const restored = new Rig(MemoryDisk.holding(files));
  restored.clock.set(rig.clock.now() + 1000);
  await restored.start();
  expect(restored.engine.profile('ann').ok).toBe(false);
  expect(restored.engine.profile('bob')).toMatchObject({ ok: true, value: { ids: ['bob'] } });
  expect(await restored.send(restored.view('bob', 'cup'))).toMatchObject({ accepted: 1 });
  const live = await restored.dump();
  expect(live.join('\n')).not.toContain('"ann"');
  await restored.restart(true);
  expect(await restored.dump()).toEqual(live);
});
