// The command line `ethogram`. Reads the arguments, runs one command, turns what it throws into a coded message and an exit code.
import { CodedError } from '../base/errors.js';
import { Arguments, UsageError } from './arguments.js';
import { backup } from './backup.js';
import { cliPage } from './cli-page.js';
import { everywhere, type Command } from './command.js';
import { checkPackFile } from './check-pack.js';
import { completionOver } from './completion.js';
import { decide } from './decide.js';
import { demo } from './demo.js';
import { doctor } from './doctor.js';
import { dump } from './dump.js';
import { evidence } from './evidence.js';
import { exitCode } from './exit-code.js';
import { exportData } from './export.js';
import { importFile } from './import.js';
import { keys } from './keys.js';
import { notices } from './notices.js';
import { ledger } from './ledger.js';
import { note } from './note.js';
import { newPack } from './new-pack.js';
import { pathRefusal } from './path-refusal.js';
import { profile } from './profile.js';
import { erase } from './erase.js';
import { receipt } from './receipt.js';
import { rejects } from './rejects.js';
import { kept } from './kept.js';
import { rekey } from './rekey.js';
import { replay } from './replay.js';
import { RemoteRefusal } from './remote.js';
import { requests } from './requests.js';
import { restore } from './restore.js';
import { correlations, patterns, trends } from './insights.js';
import { segments } from './segments.js';
import { serve } from './serve.js';
import { tune } from './tune.js';
import { nearest } from './spelling.js';
import { Terminal, type TerminalParts } from './terminal.js';
import { commandHelp, generalHelp } from './usage.js';
import { verify } from './verify.js';
import { version } from './version.js';
import { why } from './why.js';

export const commands: readonly Command[] = [
  demo,
  serve,
  importFile,
  exportData,
  decide,
  why,
  replay,
  profile,
  segments,
  patterns,
  trends,
  correlations,
  checkPackFile,
  newPack,
  erase,
  requests,
  notices,
  backup,
  restore,
  dump,
  verify,
  ledger,
  receipt,
  evidence,
  note,
  keys,
  kept,
  rekey,
  rejects,
  tune,
  doctor,
  completionOver(() => commands),
];

/** Runs one command line (without node and script); resolves with the exit code. Tests give streams of their own as `parts`. */
export async function main(argv: readonly string[], parts: TerminalParts = ofProcess()): Promise<number> {
  const code = await run(argv, parts);
  if (parts.lost === undefined) return code;
  // What was written last has been taken, or refused, when this has.
  await new Promise<void>((resolve) => void parts.out.write('', () => resolve()));
  return parts.lost.aborted ? untaken(parts, parts.lost.reason, code) : code;
}

async function run(argv: readonly string[], parts: TerminalParts): Promise<number> {
  const [name, ...rest] = argv;
  const plain = new Terminal(parts, { json: argv.includes('--json'), quiet: false });
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') return help(plain, name, rest);
  if (name === '--version' || name === '-v' || name === 'version') {
    plain.result({ version: version(), node: process.version }, () => [`ethogram ${version()} (Node ${process.version})`]);
    return exitCode.ok;
  }
  const command = commands.find((each) => each.name === name);
  if (command === undefined) return unknown(plain, name);
  try {
    const args = new Arguments(rest, { ...everywhere, ...command.options });
    if (args.flag('help')) {
      plain.print(commandHelp(command));
      return exitCode.ok;
    }
    return await command.run(args, new Terminal(parts, { json: args.flag('json'), quiet: args.flag('quiet') }));
  } catch (error) {
    return error === parts.lost?.reason ? exitCode.ok : failed(plain, command, error);
  }
}

/** A write that fails ends nothing by itself: folders are to be closed, and a server goes on without whoever read its lines. */
function ofProcess(): TerminalParts {
  const lost = new AbortController();
  process.stdout.on('error', (error) => lost.abort(error));
  process.stderr.on('error', () => undefined);
  return { out: process.stdout, err: process.stderr, env: process.env, input: process.stdin, lost: lost.signal };
}

/** Whoever reads our output may stop reading (`| head`): that is no failure. A disk that does not take it is one. */
function untaken(parts: TerminalParts, error: unknown, code: number): number {
  const errno = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  if (errno === 'EPIPE') return code;
  const plain = new Terminal(parts, { json: false, quiet: false });
  plain.failure(pathRefusal(error)?.code ?? 'path_refused', `standard output: ${errno}`);
  return exitCode.failed;
}

/** `ethogram`, `ethogram help`, `ethogram help COMMAND`; `ethogram help --markdown` is docs/cli.md. */
function help(terminal: Terminal, name: string | undefined, rest: readonly string[]): number {
  const [asked] = rest;
  if (name === 'help' && asked === '--markdown') {
    terminal.print(cliPage(commands));
    return exitCode.ok;
  }
  if (name === 'help' && asked !== undefined && asked !== '--json') {
    const command = commands.find((each) => each.name === asked);
    if (command === undefined) return unknown(terminal, asked);
    terminal.print(commandHelp(command));
    return exitCode.ok;
  }
  const table = commands.map(({ name: each, summary, synopsis }) => ({ name: each, summary, synopsis }));
  terminal.result({ commands: table }, () => [generalHelp(commands)]);
  return name === undefined ? exitCode.usage : exitCode.ok;
}

function unknown(terminal: Terminal, name: string): number {
  const names = commands.map((each) => each.name);
  const hint = nearest(name, names);
  const there = hint === undefined ? `there are ${names.join(', ')}` : `did you mean ${hint}?`;
  terminal.misuse(`there is no command of that name; ${there}`, '`ethogram help` lists them');
  return exitCode.usage;
}

function failed(terminal: Terminal, command: Command, error: unknown): number {
  if (error instanceof UsageError) {
    const hint = `Usage: ethogram ${command.synopsis}\n       ethogram ${command.name} --help says more`;
    terminal.misuse(`${command.name}: ${error.message}`, hint);
    return exitCode.usage;
  }
  const coded = error instanceof CodedError ? error : pathRefusal(error);
  if (coded !== undefined) {
    terminal.failure(coded.code, coded.detail);
    return exitCode.failed;
  }
  if (error instanceof RemoteRefusal) {
    terminal.failure(error.code);
    return exitCode.failed;
  }
  terminal.failure('internal', error instanceof Error ? error.stack : undefined);
  return exitCode.failed;
}
