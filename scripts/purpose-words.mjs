// The names of purposes have one home, packages/engine/src/http/purpose-words.ts. The consent panel, whose package depends on nothing, gets
// a copy of its table, written here: `node scripts/purpose-words.mjs`. purpose-words.test.ts holds the two equal.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const home = new URL('../packages/engine/src/http/purpose-words.ts', import.meta.url);
export const copy = new URL('../packages/browser/src/panel/purpose-words.ts', import.meta.url);

const head = `// What each purpose is called, and what it means, in one sentence, in each language. A copy: the home is the engine's
// http/purpose-words.ts, scripts/purpose-words.mjs writes this file, and a test holds the two equal. Change it there.
`;

/** The text that the copy should have. */
export function copyText() {
  const text = readFileSync(home, 'utf8');
  return head + text.slice(text.indexOf('import type')).replace("'../model/purpose.js'", "'../purpose.js'");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(copy, copyText());
