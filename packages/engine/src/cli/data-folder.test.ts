// What commands say of a folder that somebody holds, and what they leave where a folder was to be made.
import { existsSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { open } from '../runtime/open.js';
import { freshFolder, run } from './command-line.suite.js';

const at = freshFolder();

test('a folder that is held: --url is named where the command takes it, else what helps without it', async () => {
  const engine = await open(at('held'), { tickMs: 0 });
  const held = async (...argv: string[]): Promise<string> => {
    const { code, err } = await run(...argv, '--data', at('held'));
    expect([argv, code, err]).toEqual([argv, 1, expect.stringContaining('data_folder_locked')]);
    return err;
  };
  const without = [['verify'], ['rekey'], ['ledger', 'checkpoint'], ['note', 'breach', '--text', 'lost']];
  for (const argv of without) expect(await held(...argv)).toMatch(/stop it, or work on a restored backup/u);
  for (const argv of without) expect(await held(...argv)).not.toContain('--url');
  expect(await held('profile', 'ann')).toContain('if that is a server, name it with --url');
  writeFileSync(at('held/address'), 'http://127.0.0.1:9\n');
  expect(await held('profile', 'ann')).toContain('say --url http://127.0.0.1:9');
  const told = await held('verify');
  expect(told).toContain('a server on it listens on http://127.0.0.1:9: stop it, or work on a restored backup');
  expect(told).not.toContain('--url');
  await engine.close();
});

test('what is refused before the folder is opened leaves none behind', async () => {
  const field = { type: 'text', required: true };
  const wrong = {
    name: 'gym',
    version: 1,
    title: 'Gym',
    segments: [{ name: 's', title: 'S', purpose: 'personalise', when: { in: 'none' } }],
  };
  const type = {
    name: 'gym.done',
    category: 'behavioural',
    purposes: { personalise: 'consent' },
    properties: { a: field },
    retentionDays: 1,
  };
  writeFileSync(at('names.json'), JSON.stringify({ ...wrong, segments: [], models: [{ name: 'next_item', learnsFrom: ['no.such'] }] }));
  writeFileSync(at('form.json'), JSON.stringify({ ...wrong, eventTypes: [type] }));
  writeFileSync(at('deployment.json'), '[]');
  for (const [code, ...argv] of [
    ['pack_wrong', '--packs', at('names.json')],
    ['pack_wrong', '--packs', at('form.json')],
    ['deployment_shape', '--deployment', at('deployment.json')],
  ]) {
    const refused = await run('serve', '--port', '0', '--data', at('fresh'), ...argv);
    expect([refused.code, refused.err, existsSync(at('fresh'))]).toEqual([1, expect.stringContaining(code ?? ''), false]);
  }
});
