// ethogram completion: the scripts name every command and option, bash runs its own, and none of them can run anything of its own accord.
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { run, runJson } from './command-line.suite.js';
import { everywhere } from './command.js';
import { commands } from './main.js';

const has = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;
const scriptOf = async (shell: string): Promise<string> => (await run('completion', shell)).out;

test.each(['bash', 'zsh', 'fish'])('%s: every command with every option', async (shell) => {
  const script = await scriptOf(shell);
  for (const { name, options } of commands) {
    const part =
      shell === 'fish'
        ? script
            .split('\n')
            .filter((line) => line.includes(`_from ${name}'`))
            .join('\n')
        : (script.split(`\n    ${name})\n`)[1] ?? '');
    const own = shell === 'fish' ? part : part.slice(0, part.indexOf(';;'));
    for (const option of Object.keys({ ...options, ...everywhere }))
      expect(`${name} ${own}`).toMatch(new RegExp(`${name} [\\s\\S]*${shell === 'fish' ? `-l ${option} ` : `--${option}\\b`}`));
    expect(script).toContain(name);
  }
});

/** What the Tab key offers at the end of the line. */
async function offered(...words: string[]): Promise<string[]> {
  const quoted = ['ethogram', ...words].map((word) => `'${word}'`).join(' ');
  const line = `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}`;
  const asked = `${await scriptOf('bash')}\n${line}; _ethogram; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-c', asked], { encoding: 'utf8', cwd: import.meta.dirname });
  expect([status, stderr]).toEqual([0, '']);
  return stdout.split('\n').filter((word) => word !== '');
}

test('bash completes commands, options, words and files', async () => {
  expect(await offered('ex')).toEqual(['export']);
  expect(await offered('export', '')).toEqual(['events', 'person', 'items']);
  expect(await offered('export', '--pur')).toEqual(['--purpose']);
  expect(await offered('export', '--purpose', 'fa')).toEqual(['fairness']);
  expect(await offered('import', '--basis', 'l')).toEqual(['legal_obligation', 'legitimate_interests']);
  expect(await offered('import', 'doctor.te')).toEqual(['doctor.test.ts']);
  expect(await offered('verify', '--data', '../cl')).toEqual(['../cli']);
  expect(await offered('help', 'do')).toEqual(['doctor']);
  expect(await offered('completion', '')).toEqual(['bash', 'zsh', 'fish']);
});

const readers = [
  { shell: 'zsh', option: '-n' },
  { shell: 'fish', option: '--no-execute' },
] as const;

// Only where the shell is: a test that did not run would say nothing.
for (const { shell, option } of readers.filter((each) => has(each.shell)))
  test(`${shell} can read its script`, async () => {
    const read = spawnSync(shell, [option], { input: await scriptOf(shell), encoding: 'utf8' });
    expect([read.status, read.stderr]).toEqual([0, '']);
  });

test('a shell that it does not know', async () => {
  expect(await runJson('completion', 'tcsh')).toMatchObject({ code: 2, json: { error: { code: 'usage' } } });
  expect(await runJson('completion', 'fish')).toMatchObject({
    code: 0,
    json: { shell: 'fish', script: expect.stringContaining('complete -c ethogram') },
  });
});
