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

test('docs/http.md lists every route, as the hint of `not_found` says', () => {
  const text = readFileSync(new URL('../../../../docs/http.md', import.meta.url), 'utf8');
  const table = text.slice(text.indexOf('| route |'), text.indexOf('## Keys'));
  const words = new Set([...table.matchAll(/`([^`]+)`/g)].flatMap(([, code = '']) => code.split(/[^\w.-]+/)));
  const document: { readonly paths: object } = JSON.parse(readFileSync(new URL('../../../../docs/openapi.json', import.meta.url), 'utf8'));
  const paths = Object.keys(document.paths).filter((path) => path !== '/' && !path.startsWith('/me'));
  const missing = paths.filter((path) => path.split('/').some((part) => part !== '' && !part.startsWith('{') && !words.has(part)));
  expect(missing).toEqual([]);
});

test('docs/limits.md is limits.ts', () => {
  const rows = rowsOf('limits.md');
  const listed = rows.map(([name = '', value = '']) => [name, value.replaceAll('_', '')]);
  expect(byName(listed)).toEqual(byName(Object.entries(limits).map(([name, value]) => [name, value.toString()])));
  for (const [name, , unit, meaning] of rows) expect(`${name}: ${unit ?? ''}, ${meaning ?? ''}`).toMatch(/: .+, .+/);
});
