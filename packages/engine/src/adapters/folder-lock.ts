// One process per folder, where Node offers no flock. Each contender makes a file of its own whose name says who it is, and only then
// looks for others: of two that come at once at least one sees the other, so never two hold the folder (both may refuse; then try again).
// Nobody deletes a file whose owner lives, so there is no window in which a stale lock is taken over twice.
// Invariant: a holder that died (kill -9, power cut) is recognised by pid, start time of the process and boot, and its file cleared away.
// Non-goals: folders shared between machines or pid namespaces: there the liveness of a pid cannot be seen, and two holders are possible.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { join } from 'node:path';
import { DiskError } from '../ports/disk.js';

const prefix = '.lock-';
const held = new Set<string>();
let releasesAtExit = false;

/** Names that `list` hides. */
export function isLockName(name: string): boolean {
  return name.startsWith(prefix);
}

/** Takes the folder; returns its release. Throws DiskError 'locked', or what node:fs throws. `label` names the folder in the message. */
export function takeFolderLock(folder: string, label: string): () => void {
  const mine = `${prefix}${process.pid}-${identityOf(process.pid) ?? '0'}-${randomBytes(4).toString('hex')}`;
  const path = join(folder, mine);
  fs.writeFileSync(path, '', { flag: 'wx', mode: 0o600 });
  for (const name of fs.readdirSync(folder)) {
    if (!isLockName(name) || name === mine) continue;
    if (isAlive(name)) {
      removeQuietly(path);
      throw new DiskError('locked', `'${label}' is held by process ${name.split('-')[1] ?? '?'}; if that is wrong, remove ${name}`);
    }
    removeQuietly(join(folder, name));
  }
  held.add(path);
  if (!releasesAtExit) {
    releasesAtExit = true;
    process.on('exit', () => {
      for (const left of held) removeQuietly(left);
    });
  }
  return () => {
    if (held.delete(path)) removeQuietly(path);
  };
}

/** Boot and start time of a process, so that a recycled pid is not taken for the old one. Undefined where only the pid can be known. */
function identityOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
    // The command name, field 2, may hold spaces and parentheses; the start time is field 22, the 20th after it.
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return start === undefined ? undefined : `${boot}.${start}`;
  } catch {
    return undefined;
  }
}

function isAlive(name: string): boolean {
  const [, pidText = '', identity = ''] = name.split('-');
  const pid = Number(pidText);
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // ESRCH: no such process. EPERM: there is one, of somebody else.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const now = identityOf(pid);
  return now === undefined || identity === '0' || now === identity;
}

function removeQuietly(path: string): void {
  fs.rmSync(path, { force: true });
}
