// Tables against a plain Map, with checkpoints that run while rows are edited: what the store holds is always one moment, never a mixture.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../adapters/manual-clock.js';
import { MemoryState } from '../adapters/memory-state.js';
import { limits } from '../base/limits.js';
import type { StateBatch, StateHead } from './state.js';
import { Tables } from './tables.js';

const head = (position: number): StateHead => ({ position, redactions: 0, format: 'test' });

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('set' as const), key: fc.integer({ min: 0, max: 60 }), value: fc.integer() }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('delete' as const), key: fc.integer({ min: 0, max: 60 }), value: fc.constant(0) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('checkpoint' as const), key: fc.constant(0), value: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail' as const), key: fc.constant(0), value: fc.constant(0) }) },
);

/** A store that commits when it is told to, as a disk does in its own time. */
class SlowState extends MemoryState {
  failing = false;
  waiting: (() => void)[] = [];

  override batch(): StateBatch {
    const batch = super.batch();
    const { failing } = this;
    const commit = async (position: StateHead): Promise<void> => {
      await new Promise<void>((go) => this.waiting.push(go));
      if (failing) throw new Error('no space');
      await batch.commit(position);
    };
    return { add: batch.add, commit };
  }

  /** Commits what waits, if the checkpoint has come that far. */
  async write(): Promise<void> {
    for (const go of this.waiting.splice(0)) go();
    await Promise.resolve();
  }
}

/** Keys in an order of bytes that is not that of UTF-16. */
const nameOf = (key: number): string => `${['k', '\u{1f600}', '\ue000', '\ud7a3'][key % 4] ?? ''}${key}`;
const byBytes = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  Buffer.compare(Buffer.from(one), Buffer.from(other));

describe('tables', () => {
  it('agree with a map, cached or not, and the store with a moment of it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 40, maxLength: 120 }), async (steps) => {
        const state = new SlowState();
        const tables = new Tables(state, new ManualClock(), 8);
        const table = tables.table<{ n: number }>('t');
        const truth = new Map<string, number>();
        const moments = new Map<number, string>([[-1, '[]']]);
        const shown = (from?: string, below?: string): string => {
          const all = [...truth].sort(byBytes);
          const low = from === undefined ? 0 : all.filter((row) => byBytes(row, [from, 0]) < 0).length;
          const high = below === undefined ? all.length : all.filter((row) => byBytes(row, [below, 0]) < 0).length;
          return JSON.stringify(all.slice(low, Math.max(low, high)));
        };
        const read = (from?: string, below?: string): string =>
          JSON.stringify([...table.rows(from, below)].map(([row, { n }]) => [row, n]));
        let isRunning = false;
        const ended = async (): Promise<void> => {
          while (isRunning) await state.write();
        };
        for (const [position, { kind, key, value }] of steps.entries()) {
          const name = nameOf(key);
          if (kind === 'set') {
            if (value % 2 === 0) table.edit(name, () => ({ n: 0 })).n = value;
            else table.set(name, { n: value });
            truth.set(name, value);
          } else if (kind === 'delete') {
            table.delete(name);
            truth.delete(name);
          } else {
            await ended();
            state.failing = kind === 'fail';
            moments.set(position, shown());
            isRunning = true;
            const over = (): void => void (isRunning = false);
            tables.checkpoint(head(position)).then(over, over);
          }
          expect(table.get(name)?.n).toBe(truth.get(name));
          expect(read()).toBe(shown());
          const [from, below] = [nameOf(value & 63), nameOf((value >>> 6) & 63)];
          // What is asked for pushes out what was not, while its checkpoint is on its way, too.
          for (const other of [from, below]) expect(table.get(other)?.n).toBe(truth.get(other));
          expect(read(from, below)).toBe(shown(from, below));
          expect(read(undefined, below)).toBe(shown(undefined, below));
        }
        await ended();
        const stored = [...state.range('t')].map(([row, text]) => [row, (JSON.parse(text) as { n: number }).n]);
        expect(JSON.stringify(stored)).toBe(moments.get(state.head()?.position ?? -1));
      }),
    );
  });

  it('write a checkpoint of many rows in slices, and each of them as it was when it began', async () => {
    const rows = 3 * limits.checkpointSliceRows + 7;
    const edits = fc.array(fc.record({ row: fc.integer({ min: 0, max: rows - 1 }), turns: fc.integer({ min: 0, max: 2 }) }), {
      minLength: 1,
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(edits, edits, async (first, second) => {
        const state = new MemoryState();
        const tables = new Tables(state, new ManualClock(), 16);
        const table = tables.table<{ n: number }, number>('t');
        for (let row = 0; row < rows; row += 1) table.set(row, { n: 0 });
        for (const [round, steps] of [first, second].entries()) {
          const moment = JSON.stringify([...table.rows()]);
          expect(tables.dirtyRows).toBe(round === 0 ? rows : new Set(first.map(({ row }) => row)).size);
          const running = tables.checkpoint(head(round));
          for (const { row, turns } of steps) {
            table.edit(row, () => ({ n: 0 })).n += 1;
            for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
          }
          await running;
          expect(JSON.stringify([...state.range('t')].map(([key, text]) => [key, JSON.parse(text)]))).toBe(moment);
        }
      }),
      { numRuns: 30 },
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
