// Plants the classic mistakes of forgetting in every engine of this process: each makes erased people leave a trace in what is shared.
// Planted in prototypes, so that the engine that folds the log anew makes the same mistake and only the forgetting differs.
import type { Engine } from 'ethogram';
import { Popular } from 'ethogram/internal/predict/popular';
import { VisitIndex } from 'ethogram/internal/predict/visits/visit-index';
import type { Fault } from './fault.js';

/** More lines of the state of an engine that has the fault; null: no fault of forgetting is planted. */
export type FaultyLines = ((engine: Engine) => readonly string[]) | null;

export function plantErasureFault(fault: Fault | null): FaultyLines {
  if (fault === 'forgotten-posting') {
    VisitIndex.prototype.forget = () => 0;
    return () => [];
  }
  if (fault === 'float-sum') return plantFloatSum();
  return fault === 'first-seen-id' ? plantFirstSeenIds() : null;
}

/** A weight per event, added when it is learned and taken back when it is forgotten: in floats that is not the same as never. */
function plantFloatSum(): FaultyLines {
  const sums = new WeakMap<Popular, number>();
  const change = (popular: Popular, by: number): void => void sums.set(popular, (sums.get(popular) ?? 0) + by);
  const weightOf = (item: string, day: number): number => 1 / (1 + (day % 97) + item.length / 3);
  const { add, subtract } = Popular.prototype;
  Popular.prototype.add = function faulty(item, day) {
    change(this, weightOf(item, day));
    add.call(this, item, day);
  };
  Popular.prototype.subtract = function faulty(item, day) {
    change(this, -weightOf(item, day));
    subtract.call(this, item, day);
  };
  return ({ core }) => [`float-sum\t${sums.get(core.model.popular)}`];
}

/** Items numbered as they are first seen: whoever came first has given them their numbers, and the numbers stay. */
function plantFirstSeenIds(): FaultyLines {
  const numbers = new WeakMap<Popular, Map<string, number>>();
  const { add } = Popular.prototype;
  Popular.prototype.add = function faulty(item, day) {
    const own = numbers.get(this) ?? new Map<string, number>();
    numbers.set(this, own);
    if (!own.has(item)) own.set(item, own.size);
    add.call(this, item, day);
  };
  return ({ core }) => [...(numbers.get(core.model.popular) ?? [])].map(([item, number]) => `number\t${JSON.stringify(item)}\t${number}`);
}
