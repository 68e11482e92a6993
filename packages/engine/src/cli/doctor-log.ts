// The checks of `ethogram doctor` on log and state. They hold the folder as the engine would, so nothing writes meanwhile. Opening the log
// does what every start does: it cuts a torn tail that nobody was promised. Nothing else is changed: no event is written.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { FileLog } from '../adapters/file-log/file-log.js';
import { KeyFile } from '../adapters/key-file.js';
import { LmdbFolders } from '../adapters/lmdb-folders.js';
import { LmdbState } from '../adapters/lmdb-state.js';
import { NodeDisk } from '../adapters/node-disk.js';
import { SystemClock } from '../adapters/system-clock.js';
import { SystemEntropy } from '../adapters/system-entropy.js';
import { CodedError, errors, type ErrorCode } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { Notices } from '../answer/notices.js';
import { Receipts } from '../answer/receipts.js';
import { Requests } from '../answer/requests.js';
import type { Log } from '../ports/log.js';
import type { StateHead } from '../ports/state.js';
import { Tables } from '../ports/tables.js';
import { stateFormat } from '../runtime/core.js';
import type { Health } from '../runtime/engine-options.js';
import { keysFolder, logFolder } from '../runtime/folders.js';
import { wrappedBy } from '../runtime/open.js';
import { statOf } from './doctor-machine.js';
import { fine, problem, warning, type Finding } from './finding.js';
import { wrappingPlace } from './wrapping-place.js';

export type Progress = (done: number, total: number) => void;

/** `deep`: read all of the log again, however large it is. */
export async function logFindings(path: string, deep: boolean, onProgress: Progress): Promise<Finding[]> {
  const disk = new NodeDisk(path);
  const entropy = new SystemEntropy();
  try {
    const keys = await KeyFile.open({ disk, folder: keysFolder, ...wrappedBy(disk, wrappingPlace()), entropy });
    try {
      const log = await FileLog.open({ disk, folder: logFolder, keys, entropy, clock: new SystemClock(), onFailure: () => undefined });
      try {
        return [logFinding(log, bytesIn(path), deep, onProgress), ...(await stateFindings(path, log))];
      } finally {
        await log.close();
      }
    } finally {
      keys.close();
    }
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const { sentence, hint } = errors[error.code];
    return [problem('log', `${sentence}${error.detail === undefined ? '' : ` (${error.detail})`}`, hint)];
  }
}

function bytesIn(path: string): number {
  const folder = join(path, logFolder);
  return readdirSync(folder).reduce((sum, name) => sum + (statOf(join(folder, name))?.size ?? 0), 0);
}

/** An open log has shown its checksums and chain already; `verify` opens every seal, too. */
export function logFinding(log: Pick<Log, 'head' | 'verify'>, bytes: number, deep: boolean, onProgress: Progress): Finding {
  if (!deep && bytes > limits.doctorVerifyBytesMax)
    return fine('log', `${log.head} events; checksums and chain hold. It is large: \`ethogram doctor --deep\` opens every seal, too.`);
  const report = log.verify(onProgress);
  if (report.ok) return fine('log', `${report.events} events and gaps; checksums, chain and seals hold from head to tail.`);
  const [first = ''] = report.problems;
  return problem('log', `${report.problems.length} problems, the first: ${first}.`, errors.log_damaged.hint);
}

/** The state can always be rebuilt: what is wrong with it costs time at the next start, nothing else. */
async function stateFindings(path: string, log: Log): Promise<Finding[]> {
  const folder = join(path, 'state');
  const rebuild = 'Nothing to do: the next start rebuilds it from the log, which takes a while for a large one.';
  if (!new LmdbFolders(folder).hasData) return [log.head === 0 ? fine('state', 'None yet.') : warning('state', 'There is none.', rebuild)];
  const state = new LmdbState(folder);
  try {
    const head = state.head();
    const found = stateFinding(head, log, rebuild);
    return head?.format.split(' ')[0] === stateFormat ? [found, overdueOf(state)] : [found];
  } finally {
    await state.close();
  }
}

function stateFinding(head: StateHead | null, log: Log, rebuild: string): Finding {
  if (head === null) return warning('state', 'It is not sound, or was left in the middle of something.', rebuild);
  if (head.format.split(' ')[0] !== stateFormat)
    return warning('state', `It is of the format ${head.format}; this version writes ${stateFormat}.`, rebuild);
  if (head.position > log.head || head.redactions !== log.redactions) return warning('state', 'It does not belong to this log.', rebuild);
  const behind = log.head - head.position;
  return fine(
    'state',
    `Format ${head.format}${behind === 0 ? ', up to date.' : `, ${behind} events behind the log: the next start folds them.`}`,
  );
}

/** Of a folder that nobody holds: its state says what is open. */
function overdueOf(state: LmdbState): Finding {
  const clock = new SystemClock();
  const tables = new Tables(state, clock, limits.cachedRowsMax);
  const now = clock.now();
  return overdueFinding({
    requests: new Requests(tables.table('request')).overdue(now),
    notices: new Notices(tables.table('notice')).overdue(now),
    erasures: new Receipts(tables.table('receipt')).overdue(now),
  });
}

/** `failing`: why bytes that are due could not be destroyed when that was last tried, if they could not. */
export function overdueFinding({ requests, notices, erasures }: Health['overdue'], failing: string | null = null): Finding {
  const reason = failing !== null && Object.hasOwn(errors, failing) ? errors[failing as ErrorCode] : null; // as it was just looked up
  if (erasures > 0)
    return problem(
      'overdue',
      `${erasures} erasures are past their deadline: bytes of people are still on the disk.${reason === null ? '' : ` ${reason.sentence}`}`,
      reason?.hint ?? 'Start the engine: it destroys them, or says in /health why it cannot.',
    );
  if (reason !== null)
    return warning('overdue', `Bytes that are due could not be destroyed or sealed by person. ${reason.sentence}`, reason.hint);
  if (requests + notices === 0) return fine('overdue', 'No request of a person, no notice to a recipient and no erasure is past its date.');
  const sentence = `${requests} requests of people and ${notices} notices to recipients are past their date.`;
  return warning('overdue', sentence, '`ethogram requests` and `ethogram notices` list them; the law gives a month for an answer.');
}
