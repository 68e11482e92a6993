// Law 3 at the gate: undeclared, ungranted, early, forged, revoked and revoked-then-regranted all mean no.
import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../adapters/manual-clock.js';
import { MemoryState } from '../adapters/memory-state.js';
import type { EventType } from '../model/event-type.js';
import { bitOf, maskOf } from '../model/purpose.js';
import type { Choice } from '../model/system-event.js';
import { Tables } from '../ports/tables.js';
import { Gate } from './gate.js';
import type { Permitted } from './permitted.js';
import { Registry, type KnownType } from './registry.js';
import { changeStanding } from './standing.js';
import type { StandingRow } from './standing-row.js';

const viewed: EventType = {
  name: 'item.viewed',
  category: 'behavioural',
  purposes: { personalise: 'consent', train: 'consent', analytics: 'declared' },
  properties: {},
  retentionDays: 30,
};

let gate: Gate;
let registry: Registry;
let known: KnownType;
let position = 0;

beforeEach(() => {
  const tables = new Tables(new MemoryState(), new ManualClock());
  registry = new Registry(tables.table('type'), tables.table('basis'));
  gate = new Gate(registry, tables.table<StandingRow>('consent'));
  registry.foldType(viewed, 0);
  const found = registry.known('item.viewed');
  if (found === undefined) throw new Error('the type is registered');
  known = found;
  position = 0;
});

function say(purpose: 'personalise' | 'train' | 'analytics', choice: Choice, at: number, settled = true): void {
  position += 1;
  const { standing } = changeStanding(gate.standingAhead('ada'), { choices: { [purpose]: choice }, origin: 'test' }, position, at, at);
  gate.setAhead('ada', standing);
  if (settled) gate.settle('ada', standing);
}

describe('what is on its way to the disk', () => {
  const epochs = (): readonly (number | undefined)[] => [gate.standing('ada')?.epoch, gate.standingAhead('ada')?.epoch];

  it('holds ahead of what is folded until the last of it is folded, and then no more', () => {
    say('personalise', 'granted', 50, false);
    const granted = gate.standingAhead('ada');
    say('personalise', 'withdrawn', 60, false);
    const withdrawn = gate.standingAhead('ada');
    if (granted === undefined || withdrawn === undefined) throw new Error('both were placed');
    expect(epochs()).toEqual([undefined, 2]);
    gate.settle('ada', granted);
    expect(epochs()).toEqual([1, 2]);
    expect(gate.permitRead('ada', 'personalise', 1)).toMatchObject({ ok: false, code: 'no_grant' });
    gate.settle('ada', withdrawn);
    expect(epochs()).toEqual([2, 2]);
    say('personalise', 'objected', 70, false);
    gate.unsettle('ada');
    // Who is folded again from the start has refused all the same.
    expect(epochs()).toEqual([undefined, 3]);
    const objected = gate.standingAhead('ada');
    if (objected === undefined) throw new Error('it was placed');
    gate.settle('ada', objected);
    // Nothing is left ahead: what is folded again from its start is there only as far as it is folded.
    gate.unsettle('ada');
    expect(epochs()).toEqual([undefined, undefined]);
  });

  it('that could not be written is as if it had never been asked', () => {
    say('personalise', 'granted', 50, false);
    gate.resetAhead('ada', undefined);
    expect(epochs()).toEqual([undefined, undefined]);
    position = 0;
    say('personalise', 'granted', 50);
    const folded = gate.standing('ada');
    say('personalise', 'withdrawn', 60, false);
    const ahead = gate.standingAhead('ada');
    say('personalise', 'granted', 70, false);
    gate.resetAhead('ada', ahead);
    expect(epochs()).toEqual([1, 2]);
    gate.resetAhead('ada', folded);
    expect(epochs()).toEqual([1, 1]);
    gate.unsettle('ada');
    expect(epochs()).toEqual([undefined, undefined]);
  });

  it('goes with whoever is forgotten', () => {
    say('personalise', 'granted', 50);
    say('train', 'granted', 60, false);
    gate.forget('ada');
    expect(epochs()).toEqual([undefined, undefined]);
  });
});

describe('append', () => {
  it('refuses everything of a person of whom nothing is known', () => {
    expect(gate.admit(known, 'ada', 100)).toMatchObject({ ok: false, code: 'no_grant' });
  });

  it('keeps an event for exactly the granted purposes', () => {
    say('personalise', 'granted', 50);
    expect(gate.admit(known, 'ada', 100)).toEqual({ ok: true, value: bitOf('personalise') });
    say('train', 'granted', 60);
    expect(gate.admit(known, 'ada', 100)).toEqual({ ok: true, value: maskOf(['personalise', 'train']) });
  });

  it('refuses what was captured before the grant, also after a regrant', () => {
    say('personalise', 'granted', 50);
    expect(gate.admit(known, 'ada', 49)).toMatchObject({ ok: false, code: 'captured_before_grant' });
    say('personalise', 'withdrawn', 100);
    expect(gate.admit(known, 'ada', 90)).toMatchObject({ ok: false, code: 'no_grant' });
    say('personalise', 'granted', 200);
    expect(gate.admit(known, 'ada', 90)).toMatchObject({ ok: false, code: 'captured_before_grant' });
    expect(gate.admit(known, 'ada', 200)).toMatchObject({ ok: true });
  });

  it('lets a declared basis hold without a grant, until the person objects', () => {
    registry.foldBasis({ eventType: 'item.viewed', purpose: 'analytics', basis: 'legitimate_interests', reason: 'counting visits' }, 5);
    expect(gate.admit(known, 'ada', 100)).toEqual({ ok: true, value: bitOf('analytics') });
    say('analytics', 'objected', 110);
    expect(gate.admit(known, 'ada', 120)).toMatchObject({ ok: false });
    registry.foldBasis({ eventType: 'item.viewed', purpose: 'analytics', basis: 'public_task', reason: 'statistics' }, 6);
    expect(gate.admit(known, 'ada', 120)).toMatchObject({ ok: false });
  });

  it('admits nothing under such a basis that was captured before a grant that ended an objection', () => {
    registry.foldBasis({ eventType: 'item.viewed', purpose: 'analytics', basis: 'legitimate_interests', reason: 'counting visits' }, 5);
    say('analytics', 'granted', 100);
    expect(gate.admit(known, 'ada', 90)).toMatchObject({ ok: true });
    say('analytics', 'objected', 110);
    say('analytics', 'granted', 200);
    expect([105, 150, 199].map((at) => gate.admit(known, 'ada', at).ok)).toEqual([false, false, false]);
    expect(gate.admit(known, 'ada', 200)).toEqual({ ok: true, value: bitOf('analytics') });
    // A grant that lapses takes nothing of that back.
    const { standing } = changeStanding(gate.standing('ada'), { choices: { analytics: 'lapsed' }, origin: 'test' }, 9, 300, 300);
    gate.settle('ada', standing);
    expect([150, 250].map((at) => gate.admit(known, 'ada', at).ok)).toEqual([false, true]);
    say('analytics', 'granted', 400);
    expect([150, 250].map((at) => gate.admit(known, 'ada', at).ok)).toEqual([false, true]);
    registry.foldBasis({ eventType: 'item.viewed', purpose: 'analytics', basis: 'contract', reason: 'the contract' }, 6);
    expect(gate.admit(known, 'ada', 150)).toMatchObject({ ok: true });
  });

  it('does not let an objection override a legal obligation', () => {
    registry.foldBasis({ eventType: 'item.viewed', purpose: 'analytics', basis: 'legal_obligation', reason: 'statute' }, 5);
    say('analytics', 'objected', 110);
    expect(gate.admit(known, 'ada', 120)).toMatchObject({ ok: true });
  });
});

describe('read and use', () => {
  function permit(): Permitted<'personalise', string> {
    const made = gate.permitRead('ada', 'personalise', 'secret');
    if (!made.ok) throw new Error(made.code);
    return made.value;
  }

  it('opens a permit under its purpose only', () => {
    say('personalise', 'granted', 1);
    const made = permit();
    expect(gate.open(made, 'personalise')).toEqual({ ok: true, value: 'secret' });
    const cast: unknown = made;
    // the cast is what is tested
    expect(gate.open(cast as Permitted<'train', string>, 'train')).toMatchObject({ ok: false, code: 'permit_purpose' });
  });

  it('refuses a forged permit, whatever it looks like', () => {
    say('personalise', 'granted', 1);
    const lookAlikes: unknown[] = [
      { value: 'x', ground: { subject: 'ada', purpose: 'personalise', since: 1 } },
      Object.create(Object.getPrototypeOf(permit())),
      structuredClone(permit()),
      null,
    ];
    for (const forged of lookAlikes)
      // the cast is what is tested
      expect(gate.open(forged as Permitted<'personalise', string>, 'personalise')).toMatchObject({ ok: false, code: 'permit_forged' });
  });

  it('refuses a permit after a withdrawal, already when that is only on its way to the disk', () => {
    say('personalise', 'granted', 1);
    const made = permit();
    say('personalise', 'withdrawn', 2, false);
    expect(gate.open(made, 'personalise')).toMatchObject({ ok: false, code: 'permit_stale' });
    expect(gate.permitRead('ada', 'personalise', 'x')).toMatchObject({ ok: false, code: 'no_grant' });
  });

  it('refuses a permit of a grant that was revoked and given again', () => {
    say('personalise', 'granted', 1);
    const made = permit();
    say('personalise', 'withdrawn', 2);
    say('personalise', 'granted', 3);
    expect(gate.open(made, 'personalise')).toMatchObject({ ok: false, code: 'permit_stale' });
    expect(gate.open(permit(), 'personalise')).toMatchObject({ ok: true });
  });

  it('reads nothing of a person who has restricted it, under a grant or a basis', () => {
    say('personalise', 'granted', 50);
    registry.foldBasis({ eventType: 'item.viewed', purpose: 'analytics', basis: 'contract', reason: 'test' }, 9);
    const read = (): boolean[] => (['personalise', 'analytics'] as const).map((purpose) => gate.permitRead('ada', purpose, 'x').ok);
    expect(read()).toEqual([true, true]);
    position += 1;
    const { standing } = changeStanding(gate.standing('ada'), { choices: {}, origin: 'test', restricted: true }, position, 60, 60);
    gate.settle('ada', standing);
    expect(read()).toEqual([false, false]);
    expect(gate.hasGranted('ada', 'personalise')).toBe(false);
    expect(gate.admit(known, 'ada', 100)).toMatchObject({ ok: false, code: 'subject_restricted' });
  });

  it('folds an event by what was folded before it: no choice on its way, and no basis declared since, changes that', () => {
    const declare = (basis: 'contract' | 'legal_obligation', at: number): void =>
      registry.foldBasis({ eventType: 'item.viewed', purpose: 'analytics', basis, reason: 'test' }, at);
    const mask = maskOf(['personalise', 'analytics']);
    const event = { id: 'e', subject: 'ada', type: 'item.viewed', occurredAt: 100, receivedAt: 100, source: 'test', properties: {}, mask };
    declare('contract', 0);
    say('personalise', 'granted', 50);
    const [granted, declared] = (['personalise', 'analytics'] as const).map((purpose) => gate.permitFolded(event, purpose, 5));
    say('personalise', 'withdrawn', 200, false);
    declare('legal_obligation', 9);
    if (granted === undefined || declared === undefined) throw new Error('both held when it was appended');
    expect([gate.open(granted, 'personalise').ok, gate.open(declared, 'analytics').ok]).toEqual([true, true]);
  });

  it('does not read under a grant that is not settled yet', () => {
    say('personalise', 'granted', 1, false);
    expect(gate.permitRead('ada', 'personalise', 'x')).toMatchObject({ ok: false });
  });
});
