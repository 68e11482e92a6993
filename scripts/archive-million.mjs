// `node scripts/archive-million.mjs [EVENTS]` after a build: one person of a million events takes all of it away. Prints one JSON line:
// events, bytes of the ZIP, s until its end, rss_mb_before (once they are folded), rss_mb_peak while it is written (looked at after each
// piece).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from '../packages/engine/dist/runtime/public.js';

const wanted = Number(process.argv[2] ?? 1_000_000);
const folder = mkdtempSync(join(tmpdir(), 'ethogram-million-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const mb = () => Math.round(process.memoryUsage().rss / 2 ** 20);

let engine = await open(folder, { tickMs: 0 });
await engine.choose('ann', { choices: { analytics: 'granted' }, origin: 'script' });
const now = Date.now();
for (let n = 0; n < wanted; n += 2000) {
  const events = Array.from({ length: Math.min(2000, wanted - n) }, (_, index) => ({
    id: `e${n + index}`,
    subject: 'ann',
    type: 'page.viewed',
    occurredAt: now + 1,
    source: 'script',
    properties: { name: `page ${(n + index) % 977}`, path: `/shop/${(n + index) % 977}` },
  }));
  const done = await engine.accept(events);
  if (!done.ok || done.value.accepted !== events.length) throw new Error('refused');
}
await engine.close();
engine = await open(folder, { tickMs: 0 });
globalThis.gc?.();
const before = mb();
const from = process.hrtime.bigint();
let [bytes, peak] = [0, before];
for await (const piece of engine.archive('ann')) {
  bytes += piece.length;
  peak = Math.max(peak, mb());
}
const s = Number(process.hrtime.bigint() - from) / 1e9;
process.stdout.write(`${JSON.stringify({ events: wanted, bytes, s: Math.round(s), rss_mb_before: before, rss_mb_peak: peak })}\n`);
await engine.close();
