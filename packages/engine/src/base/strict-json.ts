// JSON text read strictly, for what is signed or compared byte for byte: a name that stands twice in one object is refused (RFC 8785 builds
// on I-JSON, RFC 7493, which forbids it; JSON.parse keeps the last one silently). Invariant: what it returns has one canonical text.
import { assert } from './assert.js';

/** The value of a JSON text. Throws SyntaxError for what is not JSON, and for a name that is given twice. */
export function strictJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  refuseTwice(text);
  return value;
}

/** The text is JSON already, so only strings, brackets and commas matter. */
function refuseTwice(text: string): void {
  const open: (Set<string> | null)[] = [];
  let isName = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '{' || char === '[') {
      open.push(char === '{' ? new Set() : null);
      isName = char === '{';
    } else if (char === '}' || char === ']') {
      open.pop();
      isName = false;
    } else if (char === ',') {
      isName = open.at(-1) instanceof Set;
    } else if (char === '"') {
      const end = endOfString(text, at);
      if (isName) note(open.at(-1), text.slice(at, end));
      isName = false;
      at = end - 1;
    }
  }
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function note(names: Set<string> | null | undefined, quoted: string): void {
  assert(names instanceof Set, 'a name stands in an object');
  const name: unknown = JSON.parse(quoted);
  assert(typeof name === 'string', 'a quoted text is a string');
  if (names.has(name)) throw new SyntaxError('a name is given twice');
  names.add(name);
}
