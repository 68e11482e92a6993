// Plants the classic mistakes of forgetting in every engine of this process: each makes erased people leave a trace in what is shared.
// Planted in prototypes, so that the engine that folds the log anew makes the same mistake and only the forgetting differs.
import type { Engine } from 'ethogram';
import { Popular } from 'ethogram/internal/predict/popular';
import { VisitIndex } from 'ethogram/internal/predict/visits/visit-index';
import { ArmCounts } from 'ethogram/internal/predict/arms/arm-counts';
import { demand } from './complaint.js';
import type { Fault } from './fault.js';

/** More lines of the state of an engine that has the fault; null: no fault of forgetting is planted. */
export type FaultyLines = ((engine: Engine) => readonly string[]) | null;

export function plantErasureFault(fault: Fault | null): FaultyLines {
  if (fault === 'forgotten-posting') {
    VisitIndex.prototype.forget = () => 0;
    return () => [];
  }
  if (fault === 'kept-choice') {
    plantKeptChoice();
    return () => [];
  }
  if (fault === 'float-sum') return plantFloatSum();
  return fault === 'first-seen-id' ? plantFirstSeenIds() : null;
}

/** What choices taught stays when those are forgotten who taught it. */
function plantKeptChoice(): void {
  const original: unknown = Object.getOwnPropertyDescriptor(ArmCounts.prototype, 'add')?.value;
  demand(typeof original === 'function', 'counts of actions have a method add');
  ArmCounts.prototype.add = function faulty(...given) {
    if (given[3] > 0) Reflect.apply(original, this, given);
  };
}

/** Does something more before each call of a method of every `Popular`. */
function before(name: 'add' | 'subtract', more: (popular: Popular, item: string, day: number) => void): void {
  const original: unknown = Object.getOwnPropertyDescriptor(Popular.prototype, name)?.value;
  demand(typeof original === 'function', `popularity has a method ${name}`);
  Popular.prototype[name] = function faulty(item, day) {
    more(this, item, day);
    Reflect.apply(original, this, [item, day]);
  };
}

/** A weight per event, added when it is learned and taken back when it is forgotten: in floats that is not the same as never. */
function plantFloatSum(): FaultyLines {
  const sums = new WeakMap<Popular, number>();
  const weightOf = (item: string, day: number): number => 1 / (1 + (day % 97) + item.length / 3);
  before('add', (popular, item, day) => sums.set(popular, (sums.get(popular) ?? 0) + weightOf(item, day)));
  before('subtract', (popular, item, day) => sums.set(popular, (sums.get(popular) ?? 0) - weightOf(item, day)));
  return ({ core }) => [`float-sum\t${sums.get(core.model.popular)}`];
}

/** Items numbered as they are first seen: whoever came first has given them their numbers, and the numbers stay. */
function plantFirstSeenIds(): FaultyLines {
  const numbers = new WeakMap<Popular, Map<string, number>>();
  before('add', (popular, item) => {
    const own = numbers.get(popular) ?? new Map<string, number>();
    numbers.set(popular, own);
    if (!own.has(item)) own.set(item, own.size);
  });
  return ({ core }) => [...(numbers.get(core.model.popular) ?? [])].map(([item, number]) => `number\t${JSON.stringify(item)}\t${number}`);
}
