// Imports visits as a deployment would: rows of `item.imported` under a declared basis, in large batches with a resume mark.
// One subject and one visit a line, visits evenly spread over the days before `untilMs`, views 30 s apart: no idle gap within a visit.
import type { Engine, IncomingEvent } from 'ethogram';
import { demand } from './complaint.js';
import { burn, type Fault } from './fault.js';
import { Progress } from './progress.js';
import type { Visit } from './visits.js';

const spreadMs = 150 * 86_400_000;
const viewGapMs = 30_000;
const batchRows = 4_000;

export interface Imported {
  readonly events: number;
  readonly ms: number;
}

/** When the visit of that number starts, of so many that end at `untilMs`. */
export function visitStartMs(index: number, visits: number, untilMs: number): number {
  return Math.floor(untilMs - spreadMs + (spreadMs * index) / visits);
}

export async function importVisits(engine: Engine, visits: readonly Visit[], untilMs: number, fault: Fault | null): Promise<Imported> {
  for (const purpose of ['personalise', 'train'] as const) {
    const declared = await engine.declareBasis({
      eventType: 'item.imported',
      purpose,
      basis: 'legitimate_interests',
      reason: 'rows of a public data set, for a bench',
    });
    demand(declared.ok, 'the basis of the import was not taken');
  }
  const total = visits.reduce((sum, visit) => sum + visit.length, 0);
  const progress = new Progress('import', total);
  const fromMs = performance.now();
  let rows: IncomingEvent[] = [];
  let events = 0;
  let row = 0;
  const flush = async (): Promise<void> => {
    if (fault === 'slow-event') burn(0.2 * rows.length);
    const written = await engine.importRows(rows, { source: 'train', row, offset: row });
    demand(written.ok && written.value.rejections.length === 0, `rows were refused: ${JSON.stringify(written).slice(0, 200)}`);
    events += rows.length;
    rows = [];
    progress.at(row);
  };
  for (const [index, visit] of visits.entries()) {
    const startMs = visitStartMs(index, visits.length, untilMs);
    for (const [place, item] of visit.entries()) {
      row += 1;
      if (fault === 'skip-learning' && index % 2 === 1) continue;
      rows.push({
        id: `${place}`,
        subject: fault === 'lone-events' ? `train-${index}-${place}` : `train-${index}`,
        type: 'item.imported',
        occurredAt: Math.min(startMs + place * viewGapMs, untilMs),
        source: 'bench',
        properties: { product_id: item },
      });
      if (rows.length === batchRows) await flush();
    }
  }
  await flush();
  const ms = performance.now() - fromMs;
  progress.end();
  return { events, ms };
}
