// The pages on errors and limits say what the code says: each code and limit stands on its page with its values, and nothing else does.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errors } from '../base/errors.js';
import { limits } from '../base/limits.js';

/** Rows of the tables whose first cell is a name in code style, as [name, ...cells]. */
function rowsOf(page: string): string[][] {
  const text = readFileSync(new URL(`../../../../docs/${page}`, import.meta.url), 'utf8');
  return [...text.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].map(([, name = '', rest = '']) => [name, ...rest.split(' | ')]);
}

function byName(rows: readonly string[][]): string[][] {
  return [...rows].sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
}

test('docs/errors.md is the registry', () => {
  const registry = Object.entries(errors).map(([code, { status, sentence, hint }]) => [code, status.toString(), sentence, hint]);
  expect(byName(rowsOf('errors.md'))).toEqual(byName(registry));
});

test('docs/limits.md is limits.ts', () => {
  const rows = rowsOf('limits.md');
  const listed = rows.map(([name = '', value = '']) => [name, value.replaceAll('_', '')]);
  expect(byName(listed)).toEqual(byName(Object.entries(limits).map(([name, value]) => [name, value.toString()])));
  for (const [name, , unit, meaning] of rows) expect(`${name}: ${unit ?? ''}, ${meaning ?? ''}`).toMatch(/: .+, .+/);
});
