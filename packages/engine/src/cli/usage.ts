// Help: what the command line prints when asked, or when it cannot make sense of what was asked.
import type { Command } from './command.js';

export function generalHelp(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
  return [
    'ethogram: an open Internet of Behaviors engine. Consent in the data path, decisions that explain themselves.',
    '',
    'Usage: ethogram COMMAND [options]',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`),
    '',
    'Everywhere: --json prints the result as one JSON line, --quiet leaves progress out, --help says more about a command.',
    '',
    'Examples:',
    '  ethogram demo                                   a shop of synthetic people, and lines to try',
    '  ethogram serve --data ./shop                    serve a data folder on http://127.0.0.1:4040',
    '  ethogram decide home --subject ann --data ./shop',
    '',
    ...exitHelp,
  ].join('\n');
}

export function commandHelp(command: Command): string {
  return [
    `ethogram ${command.name}: ${command.summary}`,
    '',
    `Usage: ethogram ${command.synopsis}`,
    '',
    ...command.help.map((line) => `  ${line}`),
    '  --json        print the result as one JSON line',
    '  --quiet       no progress on stderr',
    '',
    'Examples:',
    ...command.examples.map((line) => `  ${line}`),
    '',
    ...exitHelp,
  ].join('\n');
}

const exitHelp = [
  'Exit codes: 0 done, 1 failed (its code stands on stderr), 2 wrong usage, 70 stopped after a failed write (start it again),',
  '            130 interrupted (the same command goes on from there).',
];
