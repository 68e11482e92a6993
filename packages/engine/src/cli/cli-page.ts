// docs/cli.md, made from the command table: `ethogram help --markdown > docs/cli.md`. A test holds the page equal to what this gives.
import type { Command } from './command.js';
import { exitCode, exitMeans } from './exit-code.js';
import { helpLines } from './usage.js';

export function cliPage(commands: readonly Command[]): string {
  return [
    '# The command line',
    '',
    'Made from the command table by `ethogram help --markdown`; a test holds this page equal to it. `ethogram COMMAND --help` says',
    'the same.',
    '',
    'Results go to stdout, everything about them (progress, hints, errors) to stderr. Progress is a bar on a terminal and plain lines in',
    'a pipe; `--quiet` leaves it out. Colours stand only on a terminal, and not under `NO_COLOR` or `TERM=dumb`. With `--json` the result',
    'is one JSON line on stdout whose parts are listed below and only ever grow; a failure is',
    '`{"error":{"code","sentence","hint","detail"?}}` with a code of [errors.md](errors.md), or `usage` for the command line itself.',
    '',
    '| command | does |',
    '|---|---|',
    ...commands.map(({ name, summary }) => `| [\`${name}\`](#ethogram-${name}) | ${cell(summary)} |`),
    '',
    '## Exit codes',
    '',
    '| code | name | when |',
    '|---|---|---|',
    ...names.map((name) => `| ${exitCode[name]} | \`${name}\` | ${cell(exitMeans[name])} |`),
    ...commands.flatMap((command) => section(command)),
  ].join('\n');
}

const names = ['ok', 'failed', 'usage', 'failStop', 'interrupted'] as const satisfies readonly (keyof typeof exitCode)[];

function section(command: Command): string[] {
  return [
    '',
    `## ethogram ${command.name}`,
    '',
    `${command.summary.charAt(0).toUpperCase()}${command.summary.slice(1)}.`,
    '',
    '```',
    `ethogram ${command.synopsis}`,
    '',
    ...helpLines(command),
    '```',
    '',
    'Examples:',
    '',
    '```sh',
    ...command.examples,
    '```',
    '',
    'With `--json`:',
    '',
    '```',
    ...command.shape,
    '```',
  ];
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
