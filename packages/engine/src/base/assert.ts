// Assertions: a broken one is a bug of ours, never bad input. They stay on in production, because a wrong state is worse than a stop.

/** Thrown when an invariant of the engine does not hold. The process that holds the log must stop and reopen from disk. */
export class AssertionFailed extends Error {
  override readonly name = 'AssertionFailed';
}

/** Stops when `condition` is false. `sentence` states what should have held; it never holds personal data. */
export function assert(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new AssertionFailed(sentence);
}

/** The value, which the caller knows to be there. */
export function must<T>(value: T | undefined | null, sentence: string): T {
  assert(value !== undefined && value !== null, sentence);
  return value;
}
