// Help: what the command line prints when asked, or when it cannot make sense of what was asked. All of it comes from the command table.
import { everywhere, type Command, type OptionsConfig } from './command.js';
import { exitCode, exitMeans } from './exit-code.js';

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
    '`ethogram --version` prints the version; `ethogram completion bash` prints what makes the Tab key work.',
    '',
    'Examples:',
    '  ethogram demo                                   a shop of synthetic people, and lines to try',
    '  ethogram serve --data ./shop                    serve a data folder on http://127.0.0.1:4040',
    '  ethogram decide home --subject ann --data ./shop',
    '  ethogram doctor --data ./shop                   what is wrong, and how to mend it',
    '',
    ...exitHelp(),
  ].join('\n');
}

export function commandHelp(command: Command): string {
  return [
    `ethogram ${command.name}: ${command.summary}`,
    '',
    `Usage: ethogram ${command.synopsis}`,
    '',
    ...helpLines(command).map((line) => (line === '' ? '' : `  ${line}`)),
    '',
    'Examples:',
    ...command.examples.map((line) => `  ${line}`),
    '',
    'With --json:',
    ...command.shape.map((line) => `  ${line}`),
    '',
    ...exitHelp(),
  ].join('\n');
}

/** The lines about a command: its own, then one for each option. */
export function helpLines(command: Command): string[] {
  const options = { ...command.options, ...everywhere };
  const rows = Object.entries(options).map(([name, { help }]) => [nameOf(name, options), help] as const);
  const width = Math.max(12, ...rows.map(([name]) => name.length)) + 2;
  return [...command.help, '', ...rows.map(([name, help]) => `${name.padEnd(width)}${help}`)];
}

function nameOf(name: string, options: OptionsConfig): string {
  const option = options[name];
  const short = option?.short === undefined ? '' : `-${option.short}, `;
  return `${short}--${name}${option?.type === 'string' ? ` ${option.value ?? 'VALUE'}` : ''}`;
}

function exitHelp(): string[] {
  const names = ['ok', 'failed', 'usage', 'failStop', 'interrupted'] as const satisfies readonly (keyof typeof exitCode)[];
  return ['Exit codes:', ...names.map((name) => `  ${exitCode[name].toString().padEnd(4)}${exitMeans[name]}`)];
}
