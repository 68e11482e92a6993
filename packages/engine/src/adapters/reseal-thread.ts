// The thread that seals segments anew, by person: it unpacks, packs and seals for a second or two, in which nobody would be answered. One
// message, one answer; null ends it, and a word in shared memory ends the work at hand. Keys come as copies and are overwritten when the
// work is done or ended. It gives way to whoever takes events in: nobody waits for it, and `hotMs` leaves it minutes for what takes
// seconds.
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../base/assert.js';
import { CodedError } from '../base/errors.js';
import { keysIn, reseal, ResealEnded, type Resealed, type ResealInput } from './file-log/reseal.js';
import { SystemEntropy } from './system-entropy.js';
import { giveWay } from './thread-priority.js';

export type ResealAnswer =
  | { readonly done: Resealed }
  | { readonly ended: true }
  | { readonly damage: string }
  | { readonly failure: string };

/** In steps of nice(2). */
const steps = 5;

const port = parentPort;
assert(port !== null, 'this runs as a thread of ResealThread');
const shared: unknown = workerData;
assert(shared instanceof Int32Array, 'whether it is to end stands in memory that both ends have');
const end: Int32Array = shared;
const entropy = new SystemEntropy();
giveWay(0, steps);

function isToEnd(): boolean {
  return Atomics.load(end, 0) !== 0;
}

function answer(input: ResealInput): ResealAnswer {
  try {
    return { done: reseal(input, entropy, isToEnd) };
  } catch (error) {
    if (error instanceof ResealEnded) return { ended: true };
    if (error instanceof CodedError && error.code === 'log_damaged') return { damage: error.detail ?? '' };
    return { failure: error instanceof Error ? error.message : 'unknown' };
  } finally {
    for (const key of keysIn(input)) key.fill(0);
  }
}

port.on('message', (input: ResealInput | null) => {
  if (input === null) return port.close();
  const told = answer(input);
  port.postMessage(told, 'done' in told ? [told.done.bytes.buffer, told.done.run.buffer] : []);
});
