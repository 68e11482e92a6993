// The engine in process: consent, events, a decision and its why, in a temporary folder.
// Run it from the root of the repository, after `npm run build`: node examples/in-process.mjs
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'ethogram';

const folder = mkdtempSync(join(tmpdir(), 'ethogram-example-'));
const engine = await open(folder);

await engine.upsertItems([
  { id: 'tea', title: 'Sencha', category: 'tea', price: 900, currency: 'EUR', stock: 12 },
  { id: 'pot', title: 'Glass Teapot', category: 'kitchen', price: 3200, currency: 'EUR', stock: 4 },
  { id: 'mug', title: 'Stoneware Mug', category: 'kitchen', price: 1400, currency: 'EUR', stock: 9 },
]);

// Before any grant nothing is kept.
const view = (id, item) => ({
  id,
  subject: 'ann',
  type: 'item.viewed',
  occurredAt: Date.now(),
  source: 'example',
  properties: { product_id: item },
});
const early = await engine.accept([view('m1', 'tea')]);
console.log('without a grant:', early.ok && early.value.rejections[0]?.code);

await engine.choose('ann', { choices: { personalise: 'granted', train: 'granted' }, origin: 'example' });
const done = await engine.accept([view('m2', 'tea'), view('m3', 'pot')]);
console.log('with one:', done.ok && done.value.accepted, 'events on disk');

const decision = engine.rank({ point: 'home', subject: 'ann', exclude: ['tea', 'pot'], limit: 1 });
if (!decision.ok) throw new Error(decision.code);
const why = engine.why(decision.value.id);
if (!why.ok) throw new Error(why.code);
console.log(why.value.summary);
for (const item of why.value.items) console.log(item.item, '-', item.why.join(' '));

console.log('erased:', (await engine.erase(['ann'])).events, 'events');
await engine.close();
rmSync(folder, { recursive: true, force: true });
