// Answers that show an operator who somebody is. That they were shown is in the history before they are (runtime/unmaskings.ts).
// Invariant: what is answered was read after that: whoever was erased, or has withdrawn, while it was being written is not in it.
import type { Key } from '../access/key-store.js';
import { fail, ok, type Result } from '../base/result.js';
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

/** Reads, notes whom it would show, and reads again until nobody is in it who was not noted. What fails shows nobody. */
export async function unmasked<T>(
  engine: Engine,
  key: Key | null,
  read: () => Result<T> | Promise<Result<T>>,
  peopleIn: (value: T) => People,
): Promise<Response> {
  const by = callerOf(key);
  for (let tries = 0; tries < triesMax; tries += 1) {
    const result = await read();
    if (!result.ok) return refuse(result);
    const owed = peopleIn(result.value).filter((subject) => subject != null && engine.unmaskings.owes(by, subject));
    if (owed.length === 0) return answer(result);
    const noted = await engine.unmaskings.note(
      by,
      owed.filter((subject) => subject != null),
    );
    if (!noted.ok) return refuse(noted);
  }
  return refuse(fail('overloaded'));
}

/** For what is no value to read first: resolves when everybody whom it would show now is noted. The caller reads before it gives way. */
export async function allNoted(engine: Engine, key: Key | null, people: () => readonly string[]): Promise<Result<unknown>> {
  const by = callerOf(key);
  for (let tries = 0; tries < triesMax; tries += 1) {
    const owed = people().filter((subject) => engine.unmaskings.owes(by, subject));
    if (owed.length === 0) return ok(null);
    const done = await engine.unmaskings.note(by, owed);
    if (!done.ok) return done;
  }
  return fail('overloaded');
}
