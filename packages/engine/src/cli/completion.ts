// ethogram completion: a script that makes the Tab key know commands, options and the words that options take. Made from the command
// table, so it never lags behind. Invariant: the scripts run nothing and read no data; names of files are left to the shell.
import { UsageError } from './arguments.js';
import { everywhere, type Command, type CommandOption } from './command.js';
import { exitCode } from './exit-code.js';

const shells = { bash, zsh, fish } as const;
type Shell = keyof typeof shells;
const shellNames: readonly Shell[] = ['bash', 'zsh', 'fish'];

export function completionOver(commands: () => readonly Command[]): Command {
  return {
    name: 'completion',
    summary: 'print a script that completes commands and options',
    synopsis: 'completion bash|zsh|fish',
    help: [
      'bash: add `source <(ethogram completion bash)` to ~/.bashrc',
      'zsh:  add `source <(ethogram completion zsh)` to ~/.zshrc, after compinit',
      'fish: ethogram completion fish > ~/.config/fish/completions/ethogram.fish',
    ],
    examples: ['ethogram completion bash', 'ethogram completion zsh', 'ethogram completion fish'],
    options: {},
    argument: { kind: 'word', choices: shellNames },
    shape: ['shell, script'],
    run(args, terminal) {
      const asked = args.only('shell');
      const shell = shellNames.find((each) => each === asked);
      if (shell === undefined) throw new UsageError(`it takes one of ${shellNames.join(', ')}`);
      const script = shells[shell](commands());
      terminal.result({ shell, script }, () => [script]);
      return Promise.resolve(exitCode.ok);
    },
  };
}

const optionsOf = (command: Command): [string, CommandOption][] => Object.entries({ ...command.options, ...everywhere });

/** Words that need no quoting in any of the three shells. */
const quoted = (words: readonly string[]): string => `'${words.join(' ').replaceAll("'", '')}'`;

function bash(commands: readonly Command[]): string {
  const values: string[] = [];
  const words: string[] = [];
  for (const command of commands) {
    for (const [name, option] of optionsOf(command)) {
      if (option.type === 'boolean') continue;
      const reply =
        option.choices !== undefined
          ? `compgen -W ${quoted(option.choices)} -- "$cur"`
          : option.value === 'DIR'
            ? 'compgen -d -- "$cur"'
            : option.value?.startsWith('FILE') === true
              ? 'compgen -f -- "$cur"'
              : ':';
      values.push(`    ${command.name}:--${name}) COMPREPLY=( $(${reply}) ); return ;;`);
    }
    const flags = optionsOf(command).map(([name]) => `--${name}`);
    const plain =
      command.argument?.choices === undefined ? '' : `COMPREPLY=( $(compgen -W ${quoted(command.argument.choices)} -- "$cur") )`;
    const own = command.argument?.kind === 'file' ? 'COMPREPLY=( $(compgen -f -- "$cur") )' : plain;
    words.push(
      `    ${command.name})`,
      `      if [ "\${cur#-}" != "$cur" ]; then COMPREPLY=( $(compgen -W ${quoted(flags)} -- "$cur") ); else ${own || ':'}; fi ;;`,
    );
  }
  return [
    '# bash completion of ethogram',
    '_ethogram() {',
    '  local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}" command="${COMP_WORDS[1]}"',
    '  COMPREPLY=()',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    COMPREPLY=( $(compgen -W ${quoted([...commands.map(({ name }) => name), 'help', '--help', '--version'])} -- "$cur") )`,
    '    return',
    '  fi',
    '  case "$command:$prev" in',
    ...values,
    '  esac',
    '  case "$command" in',
    `    help) COMPREPLY=( $(compgen -W ${quoted(commands.map(({ name }) => name))} -- "$cur") ) ;;`,
    ...words,
    '  esac',
    '}',
    'complete -o filenames -F _ethogram ethogram',
  ].join('\n');
}

function zsh(commands: readonly Command[]): string {
  const safe = (text: string): string => text.replaceAll(/['"`$\\]/g, '').replaceAll(/[[\]:]/g, ' ');
  const takes = (option: CommandOption): string => {
    if (option.type === 'boolean') return '';
    if (option.choices !== undefined) return `:value:(${option.choices.join(' ')})`;
    if (option.value === 'DIR') return ':folder:_files -/';
    return option.value?.startsWith('FILE') === true ? ':file:_files' : ':value:';
  };
  const cases = commands.flatMap((command) => {
    const { argument } = command;
    const own =
      argument?.choices !== undefined
        ? `'*:word:(${argument.choices.join(' ')})'`
        : argument?.kind === 'file'
          ? "'*:file:_files'"
          : "'*: :'";
    return [
      `    ${command.name})`,
      '      _arguments \\',
      ...optionsOf(command).map(([name, option]) => `        '--${name}[${safe(option.help)}]${takes(option)}' \\`),
      `        ${own} ;;`,
    ];
  });
  return [
    '#compdef ethogram',
    '_ethogram() {',
    '  local -a commands',
    '  commands=(',
    ...commands.map(({ name, summary }) => `    '${name}:${safe(summary)}'`),
    '  )',
    '  if (( CURRENT == 2 )); then _describe command commands; return; fi',
    '  local command=$words[2]',
    '  shift words; (( CURRENT-- ))',
    '  case $command in',
    ...cases,
    '  esac',
    '}',
    'compdef _ethogram ethogram',
  ].join('\n');
}

function fish(commands: readonly Command[]): string {
  const safe = (text: string): string => text.replaceAll(/['\\]/g, '');
  const lines = ['# fish completion of ethogram', 'complete -c ethogram -f'];
  for (const command of commands) {
    lines.push(`complete -c ethogram -n __fish_use_subcommand -a ${command.name} -d '${safe(command.summary)}'`);
    const within = `complete -c ethogram -n '__fish_seen_subcommand_from ${command.name}'`;
    for (const [name, option] of optionsOf(command)) {
      const takes =
        option.type === 'boolean'
          ? ''
          : option.choices !== undefined
            ? ` -x -a '${option.choices.join(' ')}'`
            : option.value === 'DIR'
              ? " -x -a '(__fish_complete_directories)'"
              : option.value?.startsWith('FILE') === true
                ? ' -r -F'
                : ' -x';
      lines.push(`${within} -l ${name}${takes} -d '${safe(option.help)}'`);
    }
    if (command.argument?.choices !== undefined) lines.push(`${within} -a '${command.argument.choices.join(' ')}'`);
    if (command.argument?.kind === 'file') lines.push(`${within} -F`);
  }
  return lines.join('\n');
}
