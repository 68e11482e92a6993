// Putting away several things: what fails of one keeps none of the others open, neither files nor the locks of their folders.
import type { EngineOptions } from './engine-options.js';

/** Takes every step, each after the one before, whatever fails; then throws what failed first. */
export async function closeAll(steps: readonly (() => unknown)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** The stores beneath an engine, in the order in which they are closed: the keys last, since the log needs them to the end. */
export function closingOf({ hashes, state, log, suppressions, keys }: EngineOptions): (() => unknown)[] {
  return [() => hashes?.close(), () => state.close(), () => log.close(), () => suppressions.close(), () => keys.close()];
}
