// The command line in the process of a test: streams of its own, and what came out of them. No test of its own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll } from 'vitest';
import { main } from './main.js';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line in this process. */
export async function run(...argv: string[]): Promise<Ran> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const texts = { out: '', err: '' };
  out.on('data', (chunk: Buffer) => (texts.out += chunk.toString('utf8')));
  err.on('data', (chunk: Buffer) => (texts.err += chunk.toString('utf8')));
  const code = await main(argv, { out, err, env: {}, input: new PassThrough() });
  return { code, ...texts };
}

/** The same with --json: the code and what stood on stdout. */
export async function runJson(...argv: string[]): Promise<{ readonly code: number; readonly json: Readonly<Record<string, unknown>> }> {
  const { code, out } = await run(...argv, '--json');
  return { code, json: JSON.parse(out) };
}

/** A folder that goes when the tests of the file have ended. */
export function freshFolder(): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'ethogram-line-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return (name) => join(folder, name);
}
