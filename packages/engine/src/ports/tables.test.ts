// Tables against a plain Map, with checkpoints that run while rows are edited: what the store holds is always one moment, never a mixture.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../adapters/manual-clock.js';
import { MemoryState } from '../adapters/memory-state.js';
import type { StateBatch, StateHead } from './state.js';
import { Tables } from './tables.js';

const head = (position: number): StateHead => ({ position, redactions: 0, format: 'test' });

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('set' as const), key: fc.integer({ min: 0, max: 20 }), value: fc.integer() }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('delete' as const), key: fc.integer({ min: 0, max: 20 }), value: fc.constant(0) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('checkpoint' as const), key: fc.constant(0), value: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail' as const), key: fc.constant(0), value: fc.constant(0) }) },
);

class FailingState extends MemoryState {
  failing = false;

  override batch(): StateBatch {
    const batch = super.batch();
    return this.failing ? { add: batch.add, commit: () => Promise.reject(new Error('no space')) } : batch;
  }
}

describe('tables', () => {
  it('agree with a map, cached or not, and the store with a moment of it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        const state = new FailingState();
        const tables = new Tables(state, new ManualClock(), 8);
        const table = tables.table<{ n: number }>('t');
        const truth = new Map<string, number>();
        const moments = new Map<number, string>([[-1, '[]']]);
        const shown = (): string => JSON.stringify([...truth].sort(([a], [b]) => (a < b ? -1 : 1)));
        let running: Promise<void> | null = null;
        for (const [position, { kind, key, value }] of steps.entries()) {
          const name = `k${key}`;
          if (kind === 'set') {
            if (value % 2 === 0) table.edit(name, () => ({ n: 0 })).n = value;
            else table.set(name, { n: value });
            truth.set(name, value);
          } else if (kind === 'delete') {
            table.delete(name);
            truth.delete(name);
          } else {
            await running?.catch(() => undefined);
            state.failing = kind === 'fail';
            moments.set(position, shown());
            running = tables.checkpoint(head(position));
            running.catch(() => undefined);
          }
          expect(table.get(name)?.n).toBe(truth.get(name));
          expect(JSON.stringify([...table.rows()].map(([row, { n }]) => [row, n]))).toBe(shown());
        }
        await running?.catch(() => undefined);
        const stored = [...state.range('t')].map(([row, text]) => [row, (JSON.parse(text) as { n: number }).n]);
        expect(JSON.stringify(stored)).toBe(moments.get(state.head()?.position ?? -1));
      }),
    );
  });

  it('find beside the row of another table what stands there, also after it has left memory', async () => {
    const asks = fc.record({ anchor: fc.integer({ min: 0, max: 5 }), row: fc.integer({ min: 0, max: 2 }), saves: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(asks, { maxLength: 120 }), async (steps) => {
        const tables = new Tables(new MemoryState(), new ManualClock(), 4);
        const anchors = tables.table<number[]>('a');
        const rows = tables.table<number[], number>('r', anchors);
        const truth = new Map<number, number>();
        for (const [position, { anchor, row, saves }] of steps.entries()) {
          anchors.edit(`a${anchor}`, () => []).push(position);
          // Rows 0 and 1 are the anchor's own, row 2 is everybody's.
          const key = row === 2 ? 1000 : 10 * anchor + row;
          const list = rows.edit(key, () => []);
          expect(list.length).toBe(truth.get(key) ?? 0);
          list.push(position);
          truth.set(key, list.length);
          if (saves) await tables.checkpoint(head(position));
        }
        for (const [key, length] of truth) expect(rows.get(key)).toHaveLength(length);
      }),
    );
  });

  it('keep in memory what is asked for and what waits to be written, and let the rest go', async () => {
    const asked: string[] = [];
    class AskedState extends MemoryState {
      override get(table: string, key: string): string | undefined {
        asked.push(key);
        return super.get(table, key);
      }
    }
    const tables = new Tables(new AskedState(), new ManualClock(), 16);
    const table = tables.table<{ n: number }>('t');
    table.set('waits', { n: 1 });
    const read = (round: number): void => {
      for (let at = 0; at < 200; at += 1) {
        table.get(`${round} ${at}`);
        table.get('asked');
      }
    };
    read(0);
    expect(table.get('waits')).toEqual({ n: 1 });
    expect(asked.filter((key) => key === 'asked' || key === 'waits')).toEqual(['waits', 'asked']);
    asked.length = 0;
    table.get('0 0');
    table.get('0 199');
    expect(asked).toEqual(['0 0']);
    await tables.checkpoint(head(1));
    asked.length = 0;
    read(1);
    expect(table.get('waits')).toEqual({ n: 1 });
    expect(asked.filter((key) => key === 'waits')).toEqual(['waits']);
  });
});
