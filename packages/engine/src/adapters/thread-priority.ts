// How a thread gives way to others of its process, and whether there is room for others at all.
import { availableParallelism, constants, getPriority, platform, setPriority } from 'node:os';

/** Threads that can run at the same time. */
export const cores = availableParallelism();

/**
 * Lowers the priority of a thread by so many steps of nice(2); 0 is the calling one. Of Linux alone a thread has a priority of its own:
 * elsewhere it would be the whole process, so nothing is done.
 */
export function giveWay(thread: number, steps: number): void {
  if (platform() === 'linux') setPriority(thread, Math.min(getPriority(thread) + steps, constants.priority.PRIORITY_LOW));
}
