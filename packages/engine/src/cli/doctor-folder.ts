// The checks of `ethogram doctor` on the files of a data folder. They change nothing.
import { accessSync, constants, readdirSync, readFileSync, type Dirent } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { NodeDisk } from '../adapters/node-disk.js';
import { SystemClock } from '../adapters/system-clock.js';
import { SystemEntropy } from '../adapters/system-entropy.js';
import { KeyStore, type Key } from '../access/key-store.js';
import { isLive } from '../access/key-ring.js';
import { Rejects } from '../access/rejects.js';
import { CodedError, errors } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { tenantFile, tenantIn } from '../runtime/tenant.js';
import { statOf } from './doctor-machine.js';
import { fine, problem, warning, type Finding } from './finding.js';
import { shellQuoted } from './shell-quoted.js';

const dayMs = 86_400_000;
const listedMax = 3;

/**
 * `named`: somebody said --data, so the folder was expected to be there. `mayUse`: may this process read and write it? A command that ran
 * once as another user leaves files that no start of the server can open.
 */
export function folderFinding(path: string, named: boolean, mayUse = isOurs): Finding {
  if (statOf(join(path, 'tenant.json')) === undefined) {
    const sentence = `There is no data folder at ${path}.`;
    const mend = 'Name it with --data, or make one with `ethogram serve` or `ethogram import`.';
    return named ? problem('folder', sentence, mend) : warning('folder', sentence, mend);
  }
  const mend = 'Run as the user that owns it, or give it to this user (chown -R).';
  if (!mayUse(path)) return problem('folder', `This process may not write in ${path}.`, mend);
  const refused = below(path).filter((each) => !mayUse(each));
  if (refused.length > 0) return problem('folder', `This process may not read and write ${listed(path, refused)} in ${path}.`, mend);
  return fine('folder', `The data folder is ${path}.`);
}

/** Everything beneath is personal data, or opens it. */
export function modesFinding(path: string, platform: NodeJS.Platform): Finding {
  if (platform === 'win32') return fine('modes', 'Not looked at: this system has other rights.');
  const open = [path, ...below(path)].filter((each) => ((statOf(each)?.mode ?? 0) & 0o077) !== 0);
  if (open.length === 0) return fine('modes', 'Only its owner may read it.');
  return problem('modes', `Others than the owner have rights to ${listed(path, open)}.`, `chmod -R go-rwx ${shellQuoted(path)}`);
}

/** Everything in the folder, as far as this process may look. */
function below(path: string): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((each) => {
    const full = join(path, each.name);
    return each.isDirectory() ? [full, ...below(full)] : [full];
  });
}

function isOurs(path: string): boolean {
  const isFolder = statOf(path)?.isDirectory() === true;
  try {
    accessSync(path, constants.R_OK | constants.W_OK | (isFolder ? constants.X_OK : 0));
    return true;
  } catch {
    // What went away meanwhile is nobody's.
    return statOf(path) === undefined;
  }
}

function listed(path: string, found: readonly string[]): string {
  const names = found.slice(0, listedMax).map((each) => (each === path ? 'the folder itself' : each.slice(path.length + 1)));
  return `${names.join(', ')}${found.length > listedMax ? ` and ${found.length - listedMax} more` : ''}`;
}

export function tenantFinding(path: string): Finding {
  try {
    tenantIn(readFileSync(join(path, tenantFile)));
    return fine('tenant', 'tenant.json is as it should be.');
  } catch (error) {
    const { sentence, hint } = errors.tenant_damaged;
    return problem('tenant', error instanceof CodedError ? sentence : 'tenant.json cannot be read.', hint);
  }
}

/**
 * Checked before anything opens the folder: whoever opens it without them would make new ones, which open nothing. `place`: the folder
 * outside of it that should hold the wrapping key, if one is named.
 */
export function sealingFinding(path: string, place: string | undefined, platform: NodeJS.Platform): Finding {
  const segments = statOf(join(path, 'log')) === undefined ? [] : readdirSync(join(path, 'log')).filter((name) => !name.startsWith('.'));
  const inside = wrappingKeysIn(join(path, 'keys'));
  const outside = place === undefined ? [] : wrappingKeysIn(place);
  if (segments.length > 0 && (statOf(join(path, 'keys', 'keys.dat'))?.size ?? 0) === 0)
    return problem(
      'sealing',
      'keys/keys.dat is missing: without it nothing of the log can be opened.',
      'Do not start the engine on this folder. Restore keys/ from a backup first.',
    );
  if (segments.length > 0 && inside.length === 0 && outside.length === 0)
    return problem(
      'sealing',
      'The wrapping key is missing: without it nothing of the log can be opened.',
      'Do not start the engine on this folder. Name the folder that holds it in ETHOGRAM_WRAPPING.',
    );
  const shared = [place, ...outside].filter((each) => each !== undefined && ((statOf(each)?.mode ?? 0) & 0o077) !== 0);
  if (shared.length > 0 && platform !== 'win32')
    return problem('sealing', 'Others than the owner have rights to the wrapping key.', `chmod -R go-rwx ${shellQuoted(place ?? '')}`);
  if (place !== undefined && isWithin(resolve(place), resolve(path)))
    return warning('sealing', 'ETHOGRAM_WRAPPING names a folder inside the data folder.', apart);
  if (inside.length > 0)
    return warning('sealing', 'The wrapping key lies in the data folder: whoever has a copy of the folder can open it.', apart);
  return fine('sealing', 'The keys that open the log are there, and the key that wraps them is kept apart.', backUp);
}

const apart = 'Name a folder elsewhere in ETHOGRAM_WRAPPING: the next start moves the key there (docs/keys.md).';
const backUp = 'A copy of the data folder opens only beside the wrapping key of its moment. Erasure reaches no backup: let them expire.';

function wrappingKeysIn(folder: string): string[] {
  if (statOf(folder) === undefined) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.key'));
  return names.map((name) => join(folder, name));
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}${sep}`);
}

export function keysFinding(path: string, nowMs: number): Finding {
  let keys: readonly Key[] | null;
  try {
    keys = new KeyStore(new NodeDisk(path), new SystemEntropy()).read();
  } catch (error) {
    const code = error instanceof CodedError ? error.code : 'keys_unreadable';
    return problem('keys', errors[code].sentence, errors[code].hint);
  }
  if (keys === null || keys.length === 0)
    return fine('keys', 'No caller needs a key, so a server on it listens on this machine only; `ethogram keys add` makes one.');
  const live = keys.filter((key) => isLive(key, nowMs));
  if (live.length === 0)
    return warning('keys', 'No key opens anything any more: every caller is turned away.', 'Make one: `ethogram keys add`.');
  const ending = live.filter(({ expiresAt }) => expiresAt !== null && expiresAt < nowMs + limits.doctorKeyEndsMs);
  const [first] = ending;
  if (first !== undefined)
    return warning(
      'keys',
      `${ending.length} of ${live.length} keys end within a week.`,
      `Renew them: \`ethogram keys rotate ${first.id}\`.`,
    );
  return fine('keys', live.length === 1 ? '1 key opens something.' : `${live.length} keys open something.`);
}

export function rejectsFinding(path: string, nowMs: number): Finding {
  const recent = new Rejects(new SystemClock(), new NodeDisk(path))
    .list(null, limits.rejectKindsMax)
    .filter(({ code, lastAt }) => lastAt > nowMs - dayMs && Object.hasOwn(errors, code) && errors[code].status >= 400);
  const [latest] = recent;
  if (latest === undefined) return fine('rejects', 'Nothing was refused for a fault in the last day.');
  const kinds = recent.length === 1 ? 'One kind of fault was' : `${recent.length} kinds of fault were`;
  return warning(
    'rejects',
    `${kinds} refused in the last day, the latest ${latest.code}.`,
    '`ethogram rejects` lists them with what mends each.',
  );
}
