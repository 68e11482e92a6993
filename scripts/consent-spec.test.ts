// docs/consent.spec.md against sources and tests, both ways: each invariant names a file that carries its mark and a test that exists; each
// mark in the sources is an invariant of the page; each invariant can be taken out (scripts/mutations.mjs shows that its test then fails).
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const source = new URL('../packages/engine/src/', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, source), 'utf8');
const page = readFileSync(new URL('../docs/consent.spec.md', import.meta.url), 'utf8');
const mutations = new Map<string, { readonly file: string; readonly find: string; readonly put: string }>(
  Object.entries(JSON.parse(readFileSync(new URL('consent-mutations.json', import.meta.url), 'utf8')) as object),
);
const rows = page
  .split('\n')
  .map((line) => /^\| (C\d+) \| (.*) \| `([^`]+)` \| `([^`]+)`: (.*) \|$/u.exec(line))
  .filter((match) => match !== null)
  .map(([, id = '', , file = '', shown = '', title = '']) => ({ id, file, shown, title }));
const marksIn = (text: string): string[] => [...text.matchAll(/\[(C\d+)\]/gu)].map(([, id = '']) => id);

test('invariants are numbered without a gap', () => {
  expect(rows.length).toBeGreaterThan(30);
  expect(rows.map(({ id }) => id)).toEqual(rows.map((_, index) => `C${index + 1}`));
  expect([...mutations.keys()]).toEqual(rows.map(({ id }) => id));
});

test('each is marked where it is enforced, shown by a test that exists, and can be taken out', () => {
  for (const { id, file, shown, title } of rows) {
    expect(marksIn(read(file)), `${id} in ${file}`).toContain(id);
    expect(read(shown), `${id} by ${shown}`).toContain(title);
    const mutation = mutations.get(id);
    expect(mutation?.file, id).toBe(`packages/engine/src/${file}`);
    expect(read(file).split(mutation?.find ?? '').length, `${id}: what is taken out of ${file} stands there once`).toBe(2);
  }
});

test('each mark in the sources is an invariant of the page, and stands once', () => {
  const sources = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
  );
  const marks = sources.flatMap((name) => marksIn(read(name)).map((id) => `${id} ${name.replaceAll('\\', '/')}`));
  expect(marks.sort()).toEqual(rows.map(({ id, file }) => `${id} ${file}`).sort());
});
