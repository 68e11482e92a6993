// Law 3 on the real disk: after everything has been sent for people who granted nothing, no byte of it is in the data folder.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { ManualClock } from '../adapters/manual-clock.js';
import { open } from './open.js';

let folder = '';

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function filesUnder(path: string): string[] {
  return statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => filesUnder(join(path, name))) : [path];
}

/** Names of the files that hold the text, in UTF-8 or UTF-16. */
function holding(text: string): string[] {
  const needles = [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le'), Buffer.from(Buffer.from(text).toString('base64').slice(0, -4))];
  return filesUnder(folder).filter((file) => needles.some((needle) => readFileSync(file).includes(needle)));
}

it('keeps no payload byte and no id of ungranted people, and can find those of granted ones', async () => {
  folder = mkdtempSync(join(tmpdir(), 'ethogram-scan-'));
  // A clock in the test's hand gives no time for ticks: the moment of each write is the test's own.
  const clock = new ManualClock();
  const engine = await open(folder, { clock, tickMs: 0 });
  const view = (subject: string, item: string, id: string) => ({
    id,
    subject,
    type: 'item.viewed',
    occurredAt: clock.now(),
    source: 'test',
    properties: { product_id: item },
  });
  await engine.choose('known-person-7131', { choices: { personalise: 'granted', train: 'granted' }, origin: 'test' });
  await engine.accept([view('known-person-7131', 'known-item-5521', 'k1')]);
  for (let n = 0; n < 50; n += 1) {
    const id = `unknown-person-9043-${n}`;
    const done = await engine.accept([
      view(id, 'unknown-item-6617', `unknown-message-2208-${n}`),
      { ...view(id, 'unknown-item-6617', `m${n}`), type: 'page.viewed' },
    ]);
    expect(done.ok && done.value.accepted).toBe(0);
    await engine.choose(id, { choices: { personalise: 'denied', train: 'withdrawn' }, origin: 'test' });
    const decision = engine.rank({ point: 'home', subject: id });
    expect(decision.ok && decision.value.contextualBecause).toBe('no_grant');
  }
  await engine.close();
  expect(holding('known-person-7131').length).toBeGreaterThan(0);
  for (const secret of ['unknown-person-9043', 'unknown-item-6617', 'unknown-message-2208']) expect(holding(secret)).toEqual([]);
});
