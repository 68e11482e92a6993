// Tuning a folder from the command line: what is chosen is logged, holds after opening again, and is named by decisions.
import { mkdtempSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { open } from '../runtime/open.js';
import { runJson } from './command-line.suite.js';

async function folderWithVisits(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'ethogram-tune-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const engine = await open(folder, { tickMs: 0 });
  for (const purpose of ['personalise', 'train'] as const)
    await engine.declareBasis({ eventType: 'item.imported', purpose, basis: 'legitimate_interests', reason: 'a test' });
  const now = Date.now() - 86_400_000;
  const events = Array.from({ length: 240 }, (_, at) => ({
    id: `${at % 4}`,
    subject: `s${Math.floor(at / 4)}`,
    type: 'item.imported',
    occurredAt: now + at * 1000,
    source: 'test',
    properties: { product_id: `i${(Math.floor(at / 4) * 7 + (at % 4)) % 13}` },
  }));
  expect(await engine.accept(events)).toMatchObject({ ok: true, value: { accepted: 240 } });
  await engine.close();
  return folder;
}

test('a dry run logs nothing; a run is logged, survives opening, and is in the policy of decisions', async () => {
  const folder = await folderWithVisits();
  const { json: dry } = await runJson('tune', '--data', folder, '--dry-run');
  expect(dry).toMatchObject({ questions: 18, ended: true, applied: false });
  const { json: done } = await runJson('tune', '--data', folder);
  expect(done).toMatchObject({ questions: 18, ended: true, applied: true });
  expect(existsSync(join(folder, 'tune.json'))).toBe(false);
  const engine = await open(folder, { tickMs: 0 });
  expect(engine.core.model.settings).toEqual(done['settings']);
  const decided = engine.rank({ point: 'home', context: { items: ['i1'] } });
  expect(decided.ok && decided.value.policy).toBe(`rank/4+tuned@${engine.core.model.tunedAt}`);
  await engine.close();
});

test('notes that cannot be read are no start; a folder without visits logs nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ethogram-tune-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  await (await open(folder, { tickMs: 0 })).close();
  writeFileSync(join(folder, 'tune.json'), '{"settings":');
  expect((await runJson('tune', '--data', folder)).json).toMatchObject({ questions: 0, applied: false });
});
