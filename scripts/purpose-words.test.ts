// The words of purposes stand in the panel as they stand in the portal.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { copy, copyText } from './purpose-words.mjs';

test('the panel says of each purpose what the portal says: its table is the written copy', () => {
  expect(readFileSync(copy, 'utf8'), 'run node scripts/purpose-words.mjs').toBe(copyText());
});
