// A text in somebody's own words that is kept: a reason, a wish, what a link or an authority rests on. Some characters, well-formed, at
// most limits.reasonCharsMax.
import { limits } from '../base/limits.js';

export function isReason(value: unknown): value is string {
  return typeof value === 'string' && value.length <= limits.reasonCharsMax && value.trim() !== '' && value.isWellFormed();
}
