// Answers that show an operator who somebody is. That they were shown is in the history before they are (runtime/unmaskings.ts).
// Invariant: what is answered was read after that: whoever was erased, or has withdrawn, while it was being written is not in it.
import type { Key } from '../access/key-store.js';
import { fail, type Result } from '../base/result.js';
import type { Engine } from '../runtime/engine.js';
import { answer, refuse } from './cold-answer.js';

type People = readonly (string | null | undefined)[];

const triesMax = 4;

/** Whoever asks, as the history names them. */
export function callerOf(key: Key | null): string {
  return key?.id ?? 'operator';
}

/** Without keys whoever asks for a decision may be a page as well. */
export function isPage(key: Key | null): boolean {
  return key === null || key.kind === 'write';
}

/** What was read, once everybody whom it shows is noted: notes them and reads again until nobody is in it who was not. */
export async function noted<T>(
  engine: Engine,
  key: Key | null,
  read: () => Result<T> | Promise<Result<T>>,
  peopleIn: (value: T) => People,
): Promise<Result<T>> {
  const by = callerOf(key);
  for (let tries = 0; tries < triesMax; tries += 1) {
    const result = await read();
    if (!result.ok) return result;
    const owed = peopleIn(result.value).filter((subject) => subject != null && engine.unmaskings.owes(by, subject));
    if (owed.length === 0) return result;
    const done = await engine.unmaskings.note(
      by,
      owed.filter((subject) => subject != null),
    );
    if (!done.ok) return done;
  }
  return fail('overloaded');
}

/** The same as an answer. What fails shows nobody. */
export async function unmasked<T>(...asked: Parameters<typeof noted<T>>): Promise<Response> {
  const result = await noted(...asked);
  return result.ok ? answer(result) : refuse(result);
}
