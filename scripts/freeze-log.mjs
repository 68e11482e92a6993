// `node scripts/freeze-log.mjs NAME` after a build: writes packages/engine/src/runtime/frozen/NAME.json, a small data folder as this code
// writes it, with what stands in it. runtime/frozen.test.ts opens every such file for ever: a change that old data does not survive turns
// it red. People, items and times are made up. Files are gzip in base64, since most of them is room made ahead. A file that stands there is
// never written anew.
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ManualClock } from '../packages/engine/dist/adapters/manual-clock.js';
import { SeededEntropy } from '../packages/engine/dist/adapters/seeded-entropy.js';
import { open } from '../packages/engine/dist/runtime/public.js';

const [name = ''] = process.argv.slice(2);
const target = `packages/engine/src/runtime/frozen/${name}.json`;
if (!/^[\w-]+$/u.test(name) || existsSync(target)) throw new Error('name a file that is not there yet');
const folder = mkdtempSync(join(tmpdir(), 'ethogram-freeze-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const minuteMs = 60_000;
const clock = new ManualClock(1_767_225_600_000);
const entropy = new SeededEntropy(19);
const engine = await open(folder, {
  clock,
  entropy,
  tickMs: 0,
  compactEveryMs: 365 * 86_400_000,
  logLimits: { segmentBytes: 64 * 1024, reserveBytes: 16 * 1024, recordBytesMax: 16 * 1024, coldTogetherMin: 2 },
});
let ids = 0;
const taken = (done, count) => {
  if (!done.ok || (count !== undefined && done.value.accepted !== count)) throw new Error(`refused: ${JSON.stringify(done)}`);
  return done;
};
const event = (subject, type, properties) => ({
  id: `frozen-${++ids}`,
  subject,
  type,
  occurredAt: clock.now(),
  source: 'frozen',
  properties,
});
const visit = async (subject, ...items) => {
  for (const item of items) {
    clock.advance(minuteMs);
    taken(await engine.accept([event(subject, 'item.viewed', { product_id: item })]), 1);
  }
};
const grow = async () => {
  clock.advance(20 * minuteMs);
  await engine.log.compact({ words: engine.core.words(), dueOnly: true });
};

taken(await engine.upsertItems(['tea', 'pot', 'cup', 'jar'].map((id) => ({ id, title: `Item ${id}` }))));
taken(await engine.declareBasis({ eventType: 'item.imported', purpose: 'train', basis: 'legitimate_interests', reason: 'frozen' }));
const everything = { personalise: 'granted', train: 'granted', analytics: 'granted' };
for (const subject of ['ann', 'ben', 'eve', 'kim', 'Zoë Ünal 🙂'])
  taken(await engine.choose(subject, { choices: everything, origin: 'frozen' }));
await visit('ann', 'tea', 'pot');
await visit('ben', 'tea', 'cup', 'jar');
await visit('eve', 'pot');
await visit('Zoë Ünal 🙂', 'jar', 'tea');
taken(await engine.accept([event('ann', 'page.viewed', { name: 'Ärger & Öl', path: '/007?x=1.50' })]), 1);
// One event at least for every form in which values and columns are packed.
const given = (id, type, properties, source = 'frozen') => ({
  ...event('ben', type, properties),
  id,
  source,
  occurredAt: clock.now() - ids,
});
const odd = { '': [], deep: [{ a: -0.5, b: null, c: false, d: [true, 1e21] }], '007': '12', long: 'x'.repeat(20), i: 'i-12' };
const many = [
  given('1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed', 'item.viewed', { product_id: '4711', price: 12.99, quantity: 3, context: odd }),
  given('m_abcdefghijklmnopqrst', 'item.viewed', { product_id: '4712', price: 7.5, quantity: 70, query: 'a9 b' }, 'other'),
  given('c0ffee00c0ffee00', 'item.viewed', { product_id: '4719', price: 1 / 3, quantity: 71, query: 'a9 b' }),
  given('900', 'order.completed', { order_id: 'o-17', total: 20.49, currency: 'EUR', products: [{ id: 'tea', n: 2 }] }),
];
const few = [9, 10, 11, 14, 15].map((n) => given(`row-${n}`, 'item.added', { product_id: `${100 + n * n}`, price: n / 4, quantity: n }));
const steps = [1, 2, 3].map((n) => given(`${n * 10}`, 'page.viewed', { name: `page ${n}`, path: `/${'p'.repeat(90)}/${n}` }));
for (const some of [many, few, steps]) {
  clock.advance(minuteMs);
  taken(await engine.accept(some), some.length);
}
taken(engine.rank({ point: 'home', subject: 'ann' }));
// Cold, then cold and hot put together, with the events of an erased person and a corrected one left out.
await grow();
taken(await engine.correct('ann', 'frozen-2', { product_id: 'cup' }));
await engine.erase(['eve']);
await engine.completeErasures();
await visit('kim', 'tea');
taken(await engine.link('ann', 'kim', true, 'frozen'));
await grow();
// Hot: the rest, with somebody whose erasure is acknowledged and not completed.
await visit('ben', 'pot');
taken(await engine.choose('ben', { choices: { train: 'withdrawn' }, origin: 'frozen' }));
await visit('Zoë Ünal 🙂', 'cup');
await engine.erase(['Zoë Ünal 🙂']);
await visit('ann', 'jar');
await engine.drain();
const report = await engine.verify();
if (!report.ok) throw new Error(report.problems.join('\n'));
const sha256 = createHash('sha256');
for (const { position, mask, bytes } of engine.log.read(0))
  sha256.update(`${position} ${mask} ${bytes === null ? 'gap' : Buffer.from(bytes).toString('utf8')}\n`);
await engine.close();

const files = {};
for (const path of [
  'tenant.json',
  ...['log', 'keys', 'erasures'].flatMap((each) => readdirSync(join(folder, each)).map((file) => `${each}/${file}`)),
])
  if (!path.endsWith('next.seg') && !path.endsWith('reserve.seg') && !path.endsWith('lock'))
    files[path] = gzipSync(readFileSync(join(folder, path)), { level: 9 }).toString('base64');
const { events, gaps } = report;
const stands = { events, gaps, sha256: sha256.digest('hex') };
writeFileSync(target, `${JSON.stringify({ at: clock.now(), stands, files }, null, 1)}\n`);
process.stdout.write(`${JSON.stringify({ target, ...stands, bytes: readFileSync(target).length })}\n`);
