// The sizes that the README promises, as a page loads them: bundled, minified, `gzip -9`.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { bundles } from '../scripts/bundle.mjs';

let texts: ReadonlyMap<string, string> = new Map();
const bytesOf = (name: string): number => gzipSync(texts.get(name) ?? '', { level: 9 }).length;

beforeAll(async () => {
  texts = await bundles();
});

test.each([
  ['ethogram.js', 3_000],
  ['ethogram.iife.js', 3_000],
  ['panel.js', 5_800],
  ['device.js', 1_300],
  ['tcf.js', 800],
  ['gpp.js', 1_000],
])('%s: at most %d bytes', (name, bytesMax) => {
  expect(bytesOf(name)).toBeGreaterThan(300);
  expect(bytesOf(name)).toBeLessThanOrEqual(bytesMax);
});

// Versions of zlib differ by some bytes.
test('the README gives the sizes as they are, give or take twenty bytes', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  for (const name of texts.keys()) {
    const said = new RegExp(`\\| \`${name}\` \\| ([\\d,]+) \\|`).exec(readme)?.[1]?.replace(',', '');
    expect(Math.abs(Number(said) - bytesOf(name)), name).toBeLessThanOrEqual(20);
  }
});

test("nothing in them needs more of a policy than `script-src 'self'`, and the SDK holds nothing of the panel", () => {
  for (const text of texts.values()) {
    expect(text).not.toMatch(/\beval\b|new Function|innerHTML|insertAdjacentHTML|document\.write|sendBeacon/);
  }
  for (const name of ['ethogram.js', 'ethogram.iife.js']) expect(texts.get(name)).not.toMatch(/dialog|attachShadow|tcfapi|__gpp/);
});
