// What a deployment says of itself, on the command line: `serve` refuses to start what the law forbids, and a folder remembers its file.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { freshFolder, run } from './command-line.suite.js';

const at = freshFolder();

function deployment(name: string, said: object | string): string {
  const path = at(name);
  writeFileSync(path, typeof said === 'string' ? said : JSON.stringify(said));
  return path;
}

describe('ethogram serve --deployment', () => {
  test('does not start what the law forbids, and says by which article and what mends it', async () => {
    const file = deployment('work.json', { sectors: ['work'], uses: ['emotion_inference'] });
    const { code, out, err } = await run('serve', '--data', at('a'), '--port', '0', '--deployment', file);
    expect([code, out]).toEqual([1, '']);
    for (const part of ['law_gate', 'AI Act art. 5(1)(f)', 'use emotion_inference (in work)', 'Remedy: ']) expect(err).toContain(part);
  });

  test('refuses a file that it does not understand, and one that is not there', async () => {
    const misspelt = deployment('misspelt.json', { sector: ['retail'] });
    expect((await run('serve', '--data', at('b'), '--deployment', misspelt)).err).toMatch(/deployment_shape[^]*\/sector/);
    expect((await run('serve', '--data', at('b'), '--deployment', deployment('broken.json', '{'))).err).toContain('deployment_shape');
    expect((await run('serve', '--data', at('b'), '--deployment', at('nowhere.json'))).err).toContain('file_unreadable');
  });
});

test('deployment.json in the folder holds for every command that opens it', async () => {
  const views = at('views.csv');
  writeFileSync(views, 'subject,item,time\nann,tea,2026-03-01T10:00:00Z\n');
  const folder = at('c');
  const importing = ['import', views, '--data', folder, '--basis', 'legitimate_interests', '--evidence', 'test'];
  mkdirSync(folder);
  writeFileSync(join(folder, 'deployment.json'), JSON.stringify({ sectors: ['retail'], purposes: ['service'] }));
  const refused = await run(...importing);
  expect([refused.code, /purposes_declared[^]*item\.imported/.test(refused.err)]).toEqual([1, true]);
  writeFileSync(join(folder, 'deployment.json'), JSON.stringify({ sectors: ['retail'] }));
  expect((await run(...importing)).code).toBe(0);
});
