// Laws 2 and 3 on the real disk: of people who granted nothing, and of those who were erased, no byte is in the data folder.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { ManualClock } from '../adapters/manual-clock.js';
import { open } from './open.js';

let folder = '';
const everything = { personalise: 'granted', train: 'granted' } as const;

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function filesUnder(path: string): string[] {
  return statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => filesUnder(join(path, name))) : [path];
}

/** Names of the files that hold the text, in UTF-8 or UTF-16. */
function holding(text: string): string[] {
  const needles = [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le'), Buffer.from(Buffer.from(text).toString('base64').slice(0, -4))];
  return filesUnder(folder).filter((file) => needles.some((needle) => readFileSync(file).includes(needle)));
}

const viewAt = (clock: ManualClock) => (subject: string, item: string, id: string) => ({
  id,
  subject,
  type: 'item.viewed',
  occurredAt: clock.now(),
  source: 'test',
  properties: { product_id: item },
});

it('keeps no payload byte and no id of ungranted people, and can find those of granted ones', async () => {
  folder = mkdtempSync(join(tmpdir(), 'ethogram-scan-'));
  // A clock in the test's hand gives no time for ticks: the moment of each write is the test's own.
  const clock = new ManualClock();
  const engine = await open(folder, { clock, tickMs: 0 });
  const view = viewAt(clock);
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

it('keeps no byte of erased people once their erasure is completed, and an earlier backup brings nothing of them back', async () => {
  folder = mkdtempSync(join(tmpdir(), 'ethogram-scan-'));
  const clock = new ManualClock();
  const openIt = (name: string) => open(join(folder, name), { clock, tickMs: 0 });
  let engine = await openIt('live');
  const view = viewAt(clock);
  const secrets = ['erased-person-3310', 'erased-item-8842', 'erased-message-1207'];
  for (let n = 0; n < 40; n += 1) {
    const [subject, item, id] = n % 4 === 0 ? secrets : [`kept-person-${n}`, `kept-item-${n % 5}`, 'kept-message'];
    await engine.choose(subject ?? '', { choices: everything, origin: 'test' });
    await engine.accept([view(subject ?? '', item ?? '', `${id}-${n}`), view(subject ?? '', `shared-${n % 3}`, `shared-${n}`)]);
    engine.rank({ point: 'home', subject: subject ?? '' });
    clock.advance(1000);
  }
  await engine.close();
  cpSync(join(folder, 'live'), join(folder, 'earlier'), { recursive: true });
  for (const secret of secrets.slice(0, 2)) expect(holding(secret).length, secret).toBeGreaterThan(0);

  engine = await openIt('live');
  clock.advance(1000);
  await engine.erase(['erased-person-3310']);
  await engine.completeErasures();
  await engine.close();
  const inLive = (secret: string): string[] => holding(secret).filter((file) => !file.includes('earlier'));
  for (const secret of secrets) expect(inLive(secret), secret).toEqual([]);
  expect(inLive('kept-person-1').length).toBeGreaterThan(0);

  // The list of the erased outlives the backup: it lies beside the log that comes back.
  rmSync(join(folder, 'earlier', 'erasures'), { recursive: true });
  cpSync(join(folder, 'live', 'erasures'), join(folder, 'earlier', 'erasures'), { recursive: true });
  clock.advance(1000);
  engine = await openIt('earlier');
  expect(engine.profile('erased-person-3310')).toMatchObject({ ok: false, code: 'subject_unknown' });
  expect(engine.profile('kept-person-1').ok).toBe(true);
  expect(engine.rank({ point: 'home', subject: 'erased-person-3310' })).toMatchObject({ ok: true, value: { mode: 'contextual' } });
  const retried = await engine.accept([view('erased-person-3310', 'erased-item-8842', 'erased-message-1207-0')]);
  expect(retried).toMatchObject({ ok: true, value: { accepted: 0 } });
  await engine.completeErasures();
  await engine.close();
  for (const secret of secrets) expect(holding(secret), secret).toEqual([]);
});
