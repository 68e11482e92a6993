// The command line `ethogram`. Reads the arguments, runs one command, turns what it throws into a coded message and an exit code.
import { CodedError } from '../base/errors.js';
import { Arguments, UsageError } from './arguments.js';
import type { Command } from './command.js';
import { decide } from './decide.js';
import { demo } from './demo.js';
import { dump } from './dump.js';
import { exitCode } from './exit-code.js';
import { importFile } from './import.js';
import { profile } from './profile.js';
import { redact } from './redact.js';
import { RemoteRefusal } from './remote.js';
import { serve } from './serve.js';
import { Terminal } from './terminal.js';
import { commandHelp, generalHelp } from './usage.js';
import { verify } from './verify.js';
import { why } from './why.js';

export const commands: readonly Command[] = [demo, serve, importFile, decide, why, profile, redact, dump, verify];

const everywhere = { json: { type: 'boolean' }, quiet: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;

/** Runs one command line (without node and script); resolves with the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  // Whoever reads our output may stop reading (`| head`): that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? exitCode.ok : exitCode.failed));
  const [name, ...rest] = argv;
  const parts = { out: process.stdout, err: process.stderr, env: process.env };
  const plain = new Terminal(parts, { json: rest.includes('--json'), quiet: false });
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    plain.print(generalHelp(commands));
    return name === undefined ? exitCode.usage : exitCode.ok;
  }
  const command = commands.find((each) => each.name === name);
  if (command === undefined) {
    plain.complain(`there is no command of that name; there are ${commands.map((each) => each.name).join(', ')}`);
    return exitCode.usage;
  }
  try {
    const args = new Arguments(rest, { ...everywhere, ...command.options });
    if (args.flag('help')) {
      plain.print(commandHelp(command));
      return exitCode.ok;
    }
    return await command.run(args, new Terminal(parts, { json: args.flag('json'), quiet: args.flag('quiet') }));
  } catch (error) {
    return failed(plain, command, error);
  }
}

function failed(terminal: Terminal, command: Command, error: unknown): number {
  if (error instanceof UsageError) {
    terminal.complain(
      `${command.name}: ${error.message}\nUsage: ethogram ${command.synopsis}\n       ethogram ${command.name} --help says more`,
    );
    return exitCode.usage;
  }
  if (error instanceof CodedError) {
    terminal.failure(error.code, error.detail);
    return exitCode.failed;
  }
  if (error instanceof RemoteRefusal) {
    terminal.failure(error.code);
    return exitCode.failed;
  }
  terminal.failure('internal', error instanceof Error ? error.stack : undefined);
  return exitCode.failed;
}
