// The scripted worlds print today what docs/worlds.md says that they print.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = new URL('../', import.meta.url);
const page = readFileSync(new URL('docs/worlds.md', root), 'utf8');

test.each(['shop', 'trip'])('the world %s', (name) => {
  const [, told = ''] = new RegExp(`\`\`\`text ${name}\n([^]*?)\`\`\``).exec(page) ?? [];
  expect(told.split('\n').length).toBeGreaterThan(20);
  const printed = execFileSync(process.execPath, [fileURLToPath(new URL('examples/worlds/run.mjs', root)), name], { encoding: 'utf8' });
  expect(printed).toBe(told);
});
