// V8's helper threads mark and sweep memory beside the program. On a machine of few cores they take half of the answering thread's time
// for as long as a collection lasts (20 to 40 ms, every few seconds), so they give way to it: what they do not get done, V8 does in small
// steps of its own.
// A young collection is different: it stops the program until all that take part in it have finished. Where there are few cores, it would
// wait for helpers that have to wait themselves, so there the answering thread does it alone.
import { readdirSync, readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { cores, giveWay } from '../adapters/thread-priority.js';

/** In steps of nice(2): a tenth of the weight. */
const steps = 10;
/** Begun before any other thread of the process: one for delayed tasks, and node's four workers (`--v8-pool-size`). */
const firstThreads = 5;
const workerName = 'V8Worker';
/** With so many cores or fewer the helpers are never sure of one. */
const fewCores = 2;
const tasks = '/proc/self/task';

/**
 * Lowers the priority of V8's helper threads of this process, where threads have priorities of their own (Linux); says which they are. Call
 * it before anything else has begun threads: where they have no names (Node 20; 24 gives them some) they are known by their order.
 */
export function helpersGiveWay(room: number = cores): readonly number[] {
  try {
    const threads = readdirSync(tasks, 'utf8').map(Number);
    const named = threads.filter((thread) => readFileSync(`${tasks}/${thread}/comm`, 'utf8').trim() === workerName);
    const helpers = named.length > 0 ? named : threads.sort((a, b) => a - b).slice(1, 1 + firstThreads);
    for (const thread of helpers) giveWay(thread, steps);
    // Asked for at each collection, so it may be set while the program runs.
    if (room <= fewCores) setFlagsFromString('--no-parallel-scavenge');
    return helpers;
  } catch {
    // No such folder (not Linux), or a thread that has ended: everything works as well without.
    return [];
  }
}
