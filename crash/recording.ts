// Compiles the recorder on demand and says how to start a process under it. Linux only, and only where a C compiler is: nothing is shipped
// built. The output is named after the source's hash, so a changed recorder is never mistaken for an old one; it goes to crash/build/,
// which git ignores.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type CompileResult =
  | { readonly ok: true; readonly recorder: string }
  | { readonly ok: false; readonly code: 'crash_needs_linux' | 'crash_needs_compiler' | 'crash_recorder_broken'; readonly message: string };

const here = dirname(fileURLToPath(import.meta.url));
const home = existsSync(join(here, 'recorder.c')) ? here : dirname(here);

/** Returns the path of the shared library, compiling it with $CC or cc when it is not there yet. */
export function compileRecorder(folder = join(home, 'build')): CompileResult {
  if (process.platform !== 'linux')
    return { ok: false, code: 'crash_needs_linux', message: `The power-cut recorder needs Linux; this is ${process.platform}.` };
  const source = join(home, 'recorder.c');
  const hash = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 12);
  const recorder = join(folder, `recorder-${hash}-${process.arch}.so`);
  if (existsSync(recorder)) return { ok: true, recorder };
  mkdirSync(folder, { recursive: true });
  const compiler = process.env['CC'] ?? 'cc';
  const fresh = `${recorder}.${process.pid}`;
  const done = spawnSync(compiler, ['-O2', '-fPIC', '-shared', '-o', fresh, source, '-ldl', '-lpthread'], { encoding: 'utf8' });
  if (done.error !== undefined) {
    const cause = `The power-cut recorder needs a C compiler: '${compiler}' could not be started (${done.error.message}).`;
    const message = `${cause} Install one (Debian: apt-get install gcc libc6-dev) or set CC.`;
    return { ok: false, code: 'crash_needs_compiler', message };
  }
  if (done.status !== 0)
    return { ok: false, code: 'crash_recorder_broken', message: `'${compiler}' could not compile crash/recorder.c:\n${done.stderr}` };
  renameSync(fresh, recorder);
  return { ok: true, recorder };
}

export interface Recording {
  /** From `compileRecorder`. */
  readonly recorder: string;
  /** Directory whose files are recorded; must exist when the process starts. */
  readonly root: string;
  /** File the records are appended to. Outside the root. */
  readonly trace: string;
  /** File whose appended bytes become marks, one mark per write call. Outside the root, absolute; its folder must exist. */
  readonly marks: string;
}

/** Variables to merge into the environment of the process under test. Its children inherit them and record into the same trace. */
export function recordingEnvironment(recording: Recording): Record<string, string> {
  return {
    LD_PRELOAD: recording.recorder,
    ETHOGRAM_RECORD_ROOT: recording.root,
    ETHOGRAM_RECORD_TRACE: recording.trace,
    ETHOGRAM_RECORD_MARKS: recording.marks,
    UV_USE_IO_URING: '0', // writes through a ring pass no function that could be interposed; the recorder refuses rings too
  };
}
