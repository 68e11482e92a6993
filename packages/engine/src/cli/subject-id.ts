// An id of a person as a command is given it. An empty one (a variable of the shell that is not set) and what the door takes for no id are
// mistakes: a wish would be recorded, and an erasure told as done, for nobody.
import { isId } from '../model/id.js';
import { limits } from '../base/limits.js';
import { UsageError } from './arguments.js';

/** Throws UsageError. */
export function subjectId(text: string): string {
  if (!isId(text)) throw new UsageError(`a SUBJECT is an id of 1 to ${limits.idCharsMax} characters`);
  return text;
}
