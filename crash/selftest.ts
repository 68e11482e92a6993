// Tests of the recorder itself, on real processes: `npm run -s crash:selftest`. Apart from the unit tests because they need Linux and a C
// compiler. Each `*.crash.ts` exports a name and a `run` that throws on failure and returns a line to print. The last line counts them.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as calls from './calls.crash.js';
import * as lmdb from './lmdb.crash.js';
import { compileRecorder } from './recording.js';
import * as toyLog from './toy-log.crash.js';

export interface SelftestTools {
  /** An empty folder of the test's own. */
  readonly folder: string;
  /** The compiled recorder. */
  readonly recorder: string;
}

interface Selftest {
  readonly name: string;
  readonly run: (tools: SelftestTools) => string | Promise<string>;
}

const tests: readonly Selftest[] = [calls, toyLog, lmdb];

async function main(): Promise<number> {
  const compiled = compileRecorder();
  if (!compiled.ok) {
    console.error(`${compiled.code}: ${compiled.message}`);
    return 1;
  }
  const scratch = mkdtempSync(join(tmpdir(), 'ethogram-crash-'));
  let failed = 0;
  for (const [index, test] of tests.entries()) {
    const folder = join(scratch, String(index));
    mkdirSync(folder);
    try {
      console.log(`ok ${test.name}: ${await test.run({ folder, recorder: compiled.recorder })}`);
    } catch (error) {
      failed += 1;
      console.error(`FAILED ${test.name}: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  rmSync(scratch, { recursive: true, force: true });
  console.log(`crash selftest: ${tests.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main();
