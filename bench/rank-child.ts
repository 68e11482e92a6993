// What a ranking takes in process, on the data folder that the server then opens. Arguments: data folder, source of visits, calls, calls of
// warm-up. Plays test visits and calls `rank` after each view. Says the times in ms and the length of a typical answer.
import { open } from 'ethogram';
import { benchPoints } from './bench-point.js';
import { tell } from './child.js';
import { demand } from './complaint.js';
import { plantFault } from './engine-faults.js';
import { plantedFault } from './fault.js';
import { percentile } from './percentile.js';
import { visitsFrom } from './visit-source.js';

const [folder = '', source = '', calls = '0', warm = '0'] = process.argv.slice(2);
const engine = await open(folder, { points: benchPoints });
plantFault(engine, plantedFault());
const { test } = visitsFrom(source);
const times: number[] = [];
const wanted = Number(calls);
const warmCalls = Number(warm);
let asked = 0;
for (let line = 0; asked < wanted + warmCalls; line += 1) {
  const visit = test[test.length - 1 - (line % test.length)] ?? [];
  const subject = `in-process-${line}`;
  const granted = await engine.choose(subject, { choices: { personalise: 'granted', train: 'granted' }, origin: 'bench' });
  demand(granted.ok, 'a grant was refused');
  for (const [place, item] of visit.entries()) {
    const event = {
      id: `${place}`,
      subject,
      type: 'item.viewed',
      occurredAt: Date.now(),
      source: 'bench',
      properties: { product_id: item },
    };
    const viewed = await engine.accept([event]);
    demand(viewed.ok && viewed.value.accepted === 1, 'a view was refused');
    const fromMs = performance.now();
    const decided = engine.rank({ point: 'bench', subject });
    const tookMs = performance.now() - fromMs;
    demand(decided.ok && decided.value.mode === 'personal', 'a ranking was refused');
    asked += 1;
    if (asked > warmCalls && times.length < wanted) times.push(tookMs);
  }
}
await engine.close();
tell({ p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99) });
process.disconnect();
