// Ids that clients choose (subjects, messages, items): 1 to limits.idCharsMax characters, none of them a control character, no half of a
// surrogate pair (two different halves would become the same bytes, and two people one).
import { limits } from '../base/limits.js';

export function isId(value: unknown): value is string {
  if (typeof value !== 'string' || value.length === 0 || value.length > limits.idCharsMax) return false;
  for (let at = 0; at < value.length; at += 1) {
    const unit = value.charCodeAt(at);
    if (unit < 0x20 || (unit >= 0x7f && unit < 0xa0)) return false;
    if (unit >= 0xd800 && unit <= 0xdfff) {
      const next = value.charCodeAt(at + 1);
      if (unit >= 0xdc00 || !(next >= 0xdc00 && next <= 0xdfff)) return false;
      at += 1;
    }
  }
  return true;
}

/** null and '' name nobody, as if nothing were there. */
export function unlessEmpty(value: unknown): unknown {
  return value === null || value === '' ? undefined : value;
}

/** A list of at most `max` ids. */
export function isIds(value: unknown, max: number): value is string[] {
  return Array.isArray(value) && value.length <= max && value.every(isId);
}
