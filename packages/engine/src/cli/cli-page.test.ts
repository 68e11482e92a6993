// docs/cli.md is the command table, and what the table says of each command is enough to begin with. `npm run build && node
// packages/engine/bin/ethogram.js help --markdown > docs/cli.md` writes it anew.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Arguments } from './arguments.js';
import { run, runJson } from './command-line.suite.js';
import { everywhere } from './command.js';
import { commands } from './main.js';

test('docs/cli.md is what `ethogram help --markdown` prints', async () => {
  const page = readFileSync(new URL('../../../../docs/cli.md', import.meta.url), 'utf8');
  expect((await run('help', '--markdown')).out).toBe(page);
});

test.each(commands.map((command) => [command.name, command] as const))(
  '%s: help, examples that its options take, a shape',
  async (name, command) => {
    const { code, out } = await run(name, '--help');
    expect(code).toBe(0);
    expect(await run('help', name)).toMatchObject({ code: 0, out });
    expect(command.examples.length).toBeGreaterThan(0);
    expect(command.shape.length).toBeGreaterThan(0);
    for (const [option, { help, type, value }] of Object.entries(command.options)) {
      expect(out).toContain(`--${option}`);
      expect(out).toContain(help);
      expect([option, type === 'string']).toEqual([option, value !== undefined]);
    }
    for (const example of command.examples) {
      const [line = ''] = example.split(/ [|>&]/);
      const [program, called, ...words] = line.match(/"[^"]*"|\S+/g) ?? [];
      expect([program, called]).toEqual(['ethogram', name]);
      const args = new Arguments(
        words.map((word) => word.replaceAll('"', '')),
        { ...everywhere, ...command.options },
      );
      expect(args.flag('help')).toBe(false);
    }
  },
);

test('mistakes in the command line as JSON', async () => {
  const error = { code: 'usage', sentence: expect.any(String), hint: expect.any(String) };
  expect(await runJson('dum')).toEqual({ code: 2, json: { error: { ...error, sentence: expect.stringContaining('did you mean dump?') } } });
  expect(await runJson('dump')).toEqual({ code: 2, json: { error } });
  expect(await runJson('verify', '--dat', 'x')).toEqual({
    code: 2,
    json: { error: { ...error, sentence: expect.stringContaining('--data') } },
  });
  const { out, err } = await run('verify', '--dat', 'x');
  expect([out, err]).toEqual(['', expect.stringMatching(/^ethogram: verify: .*\nUsage: ethogram verify/)]);
});
