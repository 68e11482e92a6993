// Planted races: each opens one gap between a person's choice and what is done with their data. The suite must see every one.
import type { RaceMutant } from './race.js';

const lateMs = 3;

/** Replaces a method on one object only; the engine that is rebuilt for comparison stays right. */
function patch<T extends object, K extends keyof T>(object: T, name: K, replacement: T[K]): void {
  Object.defineProperty(object, name, { value: replacement });
}

export const raceMutants: readonly RaceMutant[] = [
  {
    name: 'an answer leaves without a second look at consent',
    afterOpen: ({ core }) => patch(core.rank, 'settle', (draft) => draft.record),
  },
  {
    name: 'consent on its way to the disk does not count',
    afterOpen: ({ core }) => patch(core.gate, 'standingAhead', (subject) => core.gate.standing(subject)),
  },
  {
    name: 'a withdrawal is acknowledged before it is folded',
    afterOpen: ({ core }, scheduler) => {
      const withdraw = core.fold.withdraw.bind(core.fold);
      patch(core.fold, 'withdraw', (subject, purposes) => void scheduler.after(lateMs, () => withdraw(subject, purposes)));
    },
  },
  {
    name: 'an erasure does not see what came last',
    afterOpen: ({ core }) => {
      const positions = core.trace.positions.bind(core.trace);
      patch(core.trace, 'positions', (subject) => positions(subject).slice(0, -1));
    },
  },
  {
    name: 'a fold that learns from whatever was allowed once',
    afterOpen: ({ core }) => {
      patch(core.model, 'withdraw', () => undefined);
    },
  },
  {
    name: 'erased people are taken in again',
    afterOpen: ({ core }) => patch(core.gate, 'admit', () => ({ ok: true, value: 12 })),
  },
];
