// Planted bugs: each breaks one law in one place. The simulator must catch every one of them, or its silence about the real engine means
// nothing.
import { maskOf, purposes } from '../model/purpose.js';
import { patch } from './patch.js';
import type { Mutant } from './world.js';
import { wrappedLog } from './wrapped-log.js';

export const mutants: readonly Mutant[] = [
  {
    name: 'acknowledge before sync',
    wrapLog: (log) =>
      wrappedLog(log, {
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
    afterOpen: ({ core }) => void patch(core.gate, 'admit', () => ({ ok: true, value: maskOf(purposes) })),
  },
  { name: 'drop the duplicate check', afterOpen: ({ core }) => void patch(core.dedupe, 'has', () => false) },
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
    wrapLog: (log) => wrappedLog(log, { append: (events, options) => log.append([...events].reverse(), options) }),
  },
  { name: 'leave a posting behind when forgetting', afterOpen: ({ core }) => void patch(core.model.index, 'forget', () => 0) },
  {
    name: 'do not compare consent again before the answer leaves',
    afterOpen: ({ core }) => void patch(core.rank, 'settle', (draft) => draft.record),
  },
  { name: 'ignore withdrawals in the fold', afterOpen: ({ core }) => void patch(core.fold, 'withdraw', () => undefined) },
  { name: 'keep what a withdrawn reward taught', afterOpen: ({ core }) => void patch(core.choices, 'withdraw', () => undefined) },
  { name: 'answer before the decision is in the log', afterOpen: ({ core }) => void patch(core.decisions, 'apply', () => undefined) },
];
