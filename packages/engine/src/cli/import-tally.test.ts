// What an import says of itself.
import { expect, test } from 'vitest';
import { ImportTally } from './import-tally.js';
import { Terminal } from './terminal.js';
import { PassThrough } from 'node:stream';

function told(tally: ImportTally, interrupted: boolean): string {
  const out = new PassThrough();
  const terminal = new Terminal({ out, err: new PassThrough(), env: {}, input: new PassThrough() }, { json: false, quiet: false });
  tally.report('views.csv', interrupted, terminal, 5);
  return String(out.read());
}

test('one that was interrupted before its first batch does not say that nothing was left to do', () => {
  expect(told(new ImportTally(0), true)).toBe('0 rows of views.csv are done.\nInterrupted: the same command goes on from there.\n');
  expect(told(new ImportTally(40), true)).toBe('40 rows of views.csv are done.\nInterrupted: the same command goes on from there.\n');
  expect(told(new ImportTally(40), false)).toContain('40 rows of views.csv are done; nothing was left to do.\n');
});
