// The checks of `ethogram doctor` on the machine: Node, clock, port, space.
import { statfsSync, statSync, type Stats } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { limits } from '../base/limits.js';
import { fine, problem, warning, type Finding } from './finding.js';

const nodeMin = [20, 19] as const;
/** Nothing of Ethogram is older: a clock before it was never set. */
const firstReleaseMs = Date.UTC(2025, 0, 1);

/** `version`: as process.versions.node says it. */
export function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const old = major < nodeMin[0] || (major === nodeMin[0] && minor < nodeMin[1]);
  return old
    ? problem('node', `Node ${version} is older than ${nodeMin.join('.')}.`, `Install Node ${nodeMin.join('.')} or newer.`)
    : fine('node', `Node ${version}.`);
}

/** `newestMs`: when the newest file of the folder was written; null when there is none. */
export function clockFinding(nowMs: number, newestMs: number | null): Finding {
  const now = new Date(nowMs).toISOString();
  if (nowMs < firstReleaseMs)
    return problem('clock', `The clock says ${now}: it was never set.`, 'Set it, best by NTP: consent and retention go by it.');
  if (newestMs !== null && newestMs > nowMs + limits.clockSkewMsMax)
    return problem(
      'clock',
      `The clock says ${now}, and the folder was written later than that: it was set back.`,
      'Set it right, best by NTP: consent and retention go by it.',
    );
  return fine('clock', `The clock says ${now}.`);
}

/** `held`: a process holds the folder, which may well be the one that listens. */
export async function portFinding(port: number, held: boolean): Promise<Finding> {
  const failure = await new Promise<string | null>((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(null)));
  });
  if (failure === null) return fine('port', `Port ${port} is free.`);
  if (failure === 'EADDRINUSE')
    return held
      ? fine('port', `Port ${port} is taken, and a server may be the reason: the folder is held.`)
      : warning('port', `Port ${port} is taken by another program.`, 'Say `ethogram serve --port N` with a free one; 0 finds one.');
  return problem('port', `Port ${port} may not be listened on (${failure}).`, 'Ports below 1024 need rights: name another with --port.');
}

/** `path` need not be there yet: the disk is that of the nearest folder above. */
export function diskFinding(path: string): Finding {
  let at = path;
  while (statOf(at) === undefined && dirname(at) !== at) at = dirname(at);
  const { bavail, bsize } = statfsSync(at);
  const free = bavail * bsize;
  const text = `${Math.floor(free / 1024 / 1024)} MiB are free.`;
  if (free < limits.doctorFreeBytesMin)
    return problem('disk', `${text} Only withdrawals and erasures will be taken.`, 'Free space, or move the folder to a larger disk.');
  if (free < limits.doctorFreeBytesLow) return warning('disk', text, 'Free space, or move the folder to a larger disk, before it is full.');
  return fine('disk', text);
}

/** Undefined: there is nothing at that path, or on the way to it a file where a folder should be. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** When the newest of those files was written, ms; null when none is there. */
export function newestOf(folder: string, names: readonly string[]): number | null {
  const times = names.flatMap((name) => statOf(join(folder, name))?.mtimeMs ?? []);
  return times.length === 0 ? null : Math.max(...times);
}
