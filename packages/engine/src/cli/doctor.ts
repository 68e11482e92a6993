// ethogram doctor: what is wrong with this machine and this data folder, and how to mend it. Every check gives one finding, so that what
// was not looked at is seen as well.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { NodeDisk } from '../adapters/node-disk.js';
import { SystemClock } from '../adapters/system-clock.js';
import { limits } from '../base/limits.js';
import { isObject } from '../http/json-body.js';
import { DiskError } from '../ports/disk.js';
import { keysFolder, logFolder } from '../runtime/folders.js';
import { refuseBackup } from '../runtime/open.js';
import { dataOption, type Command } from './command.js';
import { DataFolder } from './data-folder.js';
import { folderFinding, keysFinding, modesFinding, rejectsFinding, sealingFinding, tenantFinding } from './doctor-folder.js';
import { logFindings } from './doctor-log.js';
import { clockFinding, diskFinding, newestOf, nodeFinding, portFinding } from './doctor-machine.js';
import { exitCode } from './exit-code.js';
import { overdueFinding } from './doctor-log.js';
import { checks, fine, problem, warning, type Finding } from './finding.js';
import { ProgressBar } from './progress-bar.js';
import type { Terminal } from './terminal.js';
import { wrappingPlace } from './wrapping-place.js';

const defaultPort = 4040;

export const doctor: Command = {
  name: 'doctor',
  summary: 'look for what is wrong, and say how to mend it',
  synopsis: 'doctor [--port 4040] [--deep]',
  help: [
    'It writes nothing that a start of the server would not. Exit code 1 when there is a problem; warnings are none. It looks at:',
    ...Object.entries(checks).map(([code, what]) => `  ${code.padEnd(9)}${what}`),
  ],
  examples: ['ethogram doctor', 'ethogram doctor --data /srv/shop --port 8080 --json'],
  options: {
    ...dataOption,
    port: { type: 'string', value: 'N', help: `the port that a server is to have (default ${defaultPort})` },
    deep: { type: 'boolean', help: 'read all of the log again, however large it is' },
  },
  argument: { kind: 'none' },
  shape: ['ok', 'findings: [{code, state (ok, warning or problem), sentence, mend}]'],
  async run(args, terminal) {
    args.none();
    const port = args.integer('port', 1, 65_535) ?? defaultPort;
    const folder = new DataFolder(args);
    const findings = [
      nodeFinding(process.versions.node),
      ...(await ofFolder(folder, args.text('data') !== undefined, args.flag('deep'), port, terminal)),
    ];
    const problems = findings.filter(({ state }) => state === 'problem').length;
    terminal.result({ ok: problems === 0, findings }, () => [
      ...findings.flatMap((finding) => lines(finding, terminal)),
      problems === 0 ? 'No problem found.' : `${problems} problem${problems === 1 ? '' : 's'} found.`,
    ]);
    return problems === 0 ? exitCode.ok : exitCode.failed;
  },
};

async function ofFolder(folder: DataFolder, named: boolean, deep: boolean, port: number, terminal: Terminal): Promise<Finding[]> {
  const { path } = folder;
  refuseBackup(path);
  const now = new SystemClock().now();
  const found = folderFinding(path, named);
  if (!existsSync(join(path, 'tenant.json'))) return [clockFinding(now, null), await portFinding(port, false), diskFinding(path), found];
  // What may not be read says nothing, whatever is asked of it.
  if (found.state === 'problem')
    return [clockFinding(now, null), await portFinding(port, false), diskFinding(path), found, modesFinding(path, process.platform)];
  const newest = newestOf(path, ['tenant.json', 'address', 'log', 'keys', 'state', 'state/data.mdb', 'access']);
  const holder = holderOf(path);
  const address = folder.serverAddress();
  const sealing = sealingFinding(path, wrappingPlace(), process.platform);
  const findings = [
    clockFinding(now, newest),
    await portFinding(port, holder !== null),
    diskFinding(path),
    found,
    modesFinding(path, process.platform),
    tenantFinding(path),
    sealing,
    keysFinding(path, now),
    rejectsFinding(path, now),
    ...(await heldFindings(holder, address)),
  ];
  if (holder !== null)
    return [...findings, fine('log', 'Not looked at while a process holds the folder; a server checks it at every start.')];
  if (sealing.state === 'problem') return findings;
  const bar = new ProgressBar(terminal, 'reading the log');
  const read = await logFindings(path, deep, (done, total) => bar.update(total === 0 ? 1 : done / total, () => ''));
  bar.end();
  return [...findings, ...read];
}

/** Who holds the folder, in the words of the lock; null: nobody. Takes and gives back the lock, as any start would. */
function holderOf(path: string): string | null {
  for (const folder of [keysFolder, logFolder]) {
    if (!existsSync(join(path, folder))) continue;
    try {
      new NodeDisk(path).lock(folder)();
    } catch (error) {
      if (error instanceof DiskError && error.code === 'locked') return error.message;
      throw error;
    }
  }
  return null;
}

async function heldFindings(holder: string | null, address: string | undefined): Promise<Finding[]> {
  const stale = 'A server that ended without its goodbye left its address behind; nobody holds the folder.';
  if (holder === null) {
    const lock = fine('lock', 'No process holds the folder.');
    return [
      lock,
      address === undefined ? fine('server', 'None is noted.') : warning('server', stale, 'Start it again, or remove the file `address`.'),
    ];
  }
  const lock = fine('lock', `${holder}.`);
  if (address === undefined) return [lock, fine('server', 'None is noted: it is another command, or an engine in a program of your own.')];
  try {
    const answer = await fetch(`${address}/health`, { signal: AbortSignal.timeout(limits.doctorAskMs) });
    return [
      lock,
      ...(answer.ok ? overdueIn(await answer.json()) : []),
      answer.ok
        ? fine('server', `It answers on ${address}.`)
        : problem(
            'server',
            `It answers ${answer.status} on ${address}/health.`,
            'Look at its stderr; after a failed write it must be started again.',
          ),
    ];
  } catch {
    return [
      lock,
      problem('server', `It should listen on ${address}, and does not answer.`, 'Look at its stderr; stop the process and start it again.'),
    ];
  }
}

/** What /health says is past its date. */
function overdueIn(health: unknown): Finding[] {
  if (!isObject(health) || !isObject(health['overdue'])) return [];
  const { requests, notices, erasures } = health['overdue'];
  const failing = typeof health['failing'] === 'string' ? health['failing'] : null;
  return [overdueFinding({ requests: Number(requests), notices: Number(notices), erasures: Number(erasures ?? 0) }, failing)];
}

function lines({ code, state, sentence, mend }: Finding, terminal: Terminal): string[] {
  const word = state.padEnd(9);
  const shown = state === 'ok' ? terminal.green(word) : state === 'warning' ? terminal.yellow(word) : terminal.red(word);
  return [`${shown}${code.padEnd(9)}${sentence}`, ...(mend === null ? [] : [`${' '.repeat(18)}${mend}`])];
}
