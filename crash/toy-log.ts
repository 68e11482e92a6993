// A log of numbered lines, small enough to be plainly right or plainly wrong: the recorder's own test subject. Run as a child process.
// `good` acknowledges after the sync that holds the line; `early` before it. Both write their lines in turn through two files (a rotation),
// so that directory operations matter too. Arguments: mode, root, marks, lines.

import { closeSync, fdatasyncSync, fsyncSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const LINES_PER_FILE = 50;

export function lineOf(number: number): string {
  return `${String(number).padStart(6, '0')} ${'x'.repeat(number % 200)}.\n`;
}

/** The numbers of the whole, correct lines found in a root, as a recovery would find them. */
export function recoveredLines(root: string): Set<number> {
  const found = new Set<number>();
  for (const name of readdirSync(root)) {
    for (const line of readFileSync(join(root, name), 'latin1').split('\n')) {
      const number = Number(line.slice(0, 6));
      if (`${line}\n` === lineOf(number)) found.add(number);
    }
  }
  return found;
}

function main(mode: string, root: string, marks: string, lines: number): void {
  const marksFd = openSync(marks, 'a');
  const rootFd = openSync(root, 'r');
  let fd = -1;
  for (let number = 0; number < lines; number++) {
    if (number % LINES_PER_FILE === 0) {
      if (fd >= 0) closeSync(fd);
      fd = openSync(join(root, `${number}.log`), 'a');
      if (mode === 'good') fsyncSync(rootFd);
    }
    writeSync(fd, lineOf(number));
    if (mode === 'early') writeSync(marksFd, `${number}\n`);
    fdatasyncSync(fd);
    if (mode === 'good') writeSync(marksFd, `${number}\n`);
  }
}

const [script = '', mode, root, marks, lines] = process.argv.slice(1);
if (script.endsWith('toy-log.js') && mode !== undefined && root !== undefined && marks !== undefined)
  main(mode, root, marks, Number(lines));
