// Planted bugs: each breaks one law in one place. The simulator must catch every one of them, or its silence about the real engine means
// nothing.
import { maskOf, purposes } from '../model/purpose.js';
import type { Log } from '../ports/log.js';
import type { Mutant } from './world.js';

/** Replaces a method on one object only; the prototype, and so the rebuilt core that it is compared with, stays right. */
function patch<T extends object, K extends keyof T>(object: T, name: K, replacement: T[K]): void {
  Object.defineProperty(object, name, { value: replacement });
}

/** A log that hands everything through but for what `changes` gives. */
function wrapped(log: Log, changes: Partial<Log>): Log {
  return new Proxy(log, {
    get(target, name) {
      const changed = Reflect.get(changes, name, changes) as unknown;
      if (Object.hasOwn(changes, name)) return changed;
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === 'function' ? (...args: unknown[]): unknown => Reflect.apply(value, target, args) : value;
    },
  });
}

export const mutants: readonly Mutant[] = [
  {
    name: 'acknowledge before sync',
    wrapLog: (log) =>
      wrapped(log, {
        get durable() {
          return log.head;
        },
        sync: () => {
          void log.sync().catch(() => undefined);
          return Promise.resolve();
        },
      }),
  },
  {
    name: 'skip the grant check at append',
    afterOpen: ({ core }) => patch(core.gate, 'admit', () => ({ ok: true, value: maskOf(purposes) })),
  },
  { name: 'drop the duplicate check', afterOpen: ({ core }) => patch(core.dedupe, 'has', () => false) },
  {
    name: 'fold an event twice',
    afterOpen: ({ core }) => {
      const apply = core.profiles.apply.bind(core.profiles);
      patch(core.profiles, 'apply', (event, position) => {
        apply(event, position);
        if (position % 50 === 0) apply(event, position);
      });
    },
  },
  {
    name: 'reorder events within a record',
    wrapLog: (log) => wrapped(log, { append: (events, options) => log.append([...events].reverse(), options) }),
  },
  { name: 'leave a posting behind when forgetting', afterOpen: ({ core }) => patch(core.model.index, 'forget', () => 0) },
  {
    name: 'do not compare consent again before the answer leaves',
    afterOpen: ({ core }) => patch(core.rank, 'settle', (draft) => draft.record),
  },
  { name: 'ignore withdrawals in the fold', afterOpen: ({ core }) => patch(core.fold, 'withdraw', () => undefined) },
  { name: 'answer before the decision is in the log', afterOpen: ({ core }) => patch(core.decisions, 'apply', () => undefined) },
];
