// Laws 2 and 3 on the real disk: of people who granted nothing, and of those who were erased, no byte is in the data folder.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { ColdSegment } from '../adapters/file-log/cold-segment.js';
import { FileLog } from '../adapters/file-log/file-log.js';
import { decodeSegmentHead } from '../adapters/file-log/format.js';
import { KeyFile } from '../adapters/key-file.js';
import { ManualClock } from '../adapters/manual-clock.js';
import { NodeDisk } from '../adapters/node-disk.js';
import { SystemEntropy } from '../adapters/system-entropy.js';
import { limits } from '../base/limits.js';
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

/** Every form in which the keys of a person lie in a folder: plain, sealed in their run, the run's key wrapped, the wrapping keys. */
async function keysOf(home: string, subject: string, clock: ManualClock): Promise<{ readonly what: string; readonly bytes: Uint8Array }[]> {
  const disk = new NodeDisk(home);
  const options = { disk, entropy: new SystemEntropy() };
  const keys = await KeyFile.open({ ...options, folder: 'keys', wrapping: { disk, folder: 'keys' } });
  const log = await FileLog.open({ ...options, folder: 'log', keys, clock, onFailure: () => undefined });
  const found: { readonly what: string; readonly bytes: Uint8Array }[] = [];
  const table = readFileSync(join(home, 'keys', 'keys.dat'));
  for (const name of disk.list('log').filter((each) => /^\d+\.seg$/.test(each))) {
    const bytes = readFileSync(join(home, 'log', name));
    const head = decodeSegmentHead(bytes);
    if (typeof head === 'string' || head.cold === undefined) continue;
    const cold = ColdSegment.open(head, (at, length) => bytes.subarray(at, at + length), keys.run(head.keyId) ?? new Uint8Array(0));
    const blocks = cold?.index.blockBytes.map((_, block) => block) ?? [];
    for (const block of blocks.filter((each) => String(cold?.block(each)?.events[0]).includes(subject))) {
      found.push({ what: 'key of a block', bytes: Uint8Array.from(cold?.keyOf(block) ?? []) });
      found.push({ what: 'secret of the salts', bytes: Uint8Array.from(cold?.keyOf(block) ?? []).subarray(0, 16) });
      found.push({ what: 'block', bytes: Uint8Array.from(cold?.sealedBlock(block) ?? []) });
      found.push({ what: 'run', bytes: readFileSync(join(home, 'keys', `${String(head.keyId).padStart(10, '0')}.run`)).subarray(44, 76) });
      found.push({ what: 'key of the run', bytes: Uint8Array.from(keys.get(head.keyId) ?? []) });
      for (let at = 1024; at < table.length; at += 64)
        if (table.readUInt32LE(at) === head.keyId) found.push({ what: 'wrapped key of the run', bytes: table.subarray(at + 8, at + 48) });
    }
  }
  if (found.length > 0)
    for (const name of disk.list('keys').filter((each) => each.endsWith('.key')))
      found.push({ what: 'wrapping key', bytes: readFileSync(join(home, 'keys', name)).subarray(8, 40) });
  await log.close();
  keys.close();
  return found;
}

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
  // Long enough for everything to be sealed by person.
  clock.advance(limits.hotMs);
  await engine.log.compact({ words: engine.core.words(), dueOnly: true });
  await engine.close();
  const keysBefore = await keysOf(join(folder, 'live'), 'erased-person-3310', clock);
  expect(keysBefore.length).toBeGreaterThan(4);
  cpSync(join(folder, 'live'), join(folder, 'earlier'), { recursive: true });
  for (const secret of secrets.slice(0, 2)) expect(holding(secret).length, secret).toBeGreaterThan(0);

  engine = await openIt('live');
  clock.advance(1000);
  await engine.erase(['erased-person-3310']);
  await engine.completeErasures();
  expect(await engine.backups.run(new NodeDisk(join(folder, 'later')))).toMatchObject({ ok: true });
  await engine.close();
  const inLive = (secret: string): string[] => holding(secret).filter((file) => !file.includes('earlier'));
  for (const secret of secrets) expect(inLive(secret), secret).toEqual([]);
  expect(inLive('kept-person-1').length).toBeGreaterThan(0);
  // Not the keys of the person, neither as they are nor wrapped, nor what would unwrap them; a later backup has none either.
  for (const { what, bytes } of keysBefore) {
    const found = filesUnder(folder).filter((file) => !file.includes('earlier') && readFileSync(file).includes(Buffer.from(bytes)));
    expect(found, what).toEqual([]);
  }
  expect(await keysOf(join(folder, 'live'), 'erased-person-3310', clock)).toEqual([]);

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
