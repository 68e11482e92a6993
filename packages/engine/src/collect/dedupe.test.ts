// Duplicates: exact within the window, forgotten exactly, the same after a reload, nothing from beyond the settled position.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Dedupe } from './dedupe.js';

const key = [1, 2] as const;

describe('dedupe', () => {
  it('agrees with a plain set under claims, forgetting and reloads', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('claim' as const), id: fc.integer({ min: 0, max: 400 }) }),
      fc.record({ kind: fc.constant('forget' as const), id: fc.integer({ min: 0, max: 400 }) }),
      fc.record({ kind: fc.constant('reload' as const), id: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        let dedupe = new Dedupe(key, 1 << 20);
        const rows = new Map<string, string>();
        const truth = new Map<number, number>();
        let position = 0;
        for (const { kind, id } of steps) {
          if (kind === 'claim' && !truth.has(id)) {
            expect(dedupe.has('s', `m${id}`, position)).toBe(false);
            dedupe.claim('s', `m${id}`, position);
            truth.set(id, position);
            position += 37;
          } else if (kind === 'forget') {
            const at = truth.get(id);
            if (at !== undefined) dedupe.forget([at]);
            truth.delete(id);
          } else if (kind === 'reload') {
            for (const [, row, text] of dedupe.changes(position)) {
              if (text === null) rows.delete(row);
              else rows.set(row, text);
            }
            dedupe = new Dedupe(key, 1 << 20);
            dedupe.load(
              [...rows].sort(([a], [b]) => (a < b ? -1 : 1)),
              position,
            );
          }
          expect(dedupe.has('s', `m${id}`, position)).toBe(truth.has(id));
          expect([...dedupe.dump(position)]).toEqual([...truth.values()].sort((a, b) => a - b).map(String));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('forgets what leaves the window and grows beyond its first size', () => {
    const dedupe = new Dedupe(key, 8192);
    for (let position = 0; position < 40_000; position += 1) {
      expect(dedupe.has('s', `m${position}`, position)).toBe(false);
      dedupe.claim('s', `m${position}`, position);
    }
    expect(dedupe.has('s', 'm39999', 40_000)).toBe(true);
    expect(dedupe.has('s', 'm32000', 40_000)).toBe(true);
    expect(dedupe.has('s', 'm31000', 40_000)).toBe(false);
  });

  it('does not save a claim beyond the settled position', () => {
    const dedupe = new Dedupe(key, 1 << 20);
    dedupe.claim('s', 'settled', 10);
    dedupe.claim('s', 'lost', 11);
    const after = new Dedupe(key, 1 << 20);
    after.load(
      dedupe.changes(11).map(([, row, text]) => [row, text ?? ''] as const),
      11,
    );
    expect(after.has('s', 'settled', 11)).toBe(true);
    expect(after.has('s', 'lost', 11)).toBe(false);
  });

  it('saves what was claimed early once it is settled, what was forgotten, and all of it again when that failed', () => {
    const dedupe = new Dedupe(key, 8192);
    const rows = new Map<string, string>();
    const save = (position: number): void => {
      for (const [, row, text] of dedupe.changes(position)) rows.set(row, text ?? '');
    };
    const seen = (position: number): string[] => {
      const stored = new Dedupe(key, 8192);
      stored.load(rows, position);
      return ['a', 'b', 'c'].filter((id) => stored.has('s', id, position));
    };
    dedupe.claim('s', 'a', 10);
    dedupe.claim('s', 'b', 11);
    dedupe.claim('s', 'c', 5000);
    save(11);
    expect([seen(11), rows.size]).toEqual([['a'], 1]);
    save(12);
    expect(seen(12)).toEqual(['a', 'b']);
    dedupe.unsaved(dedupe.changes(6000));
    save(6000);
    expect(seen(6000)).toEqual(['a', 'b', 'c']);
    // A block that is full and saved is written again when somebody in it is erased.
    dedupe.forget([10]);
    save(6000);
    expect(seen(6000)).toEqual(['b', 'c']);
    expect([8202, 8203, 8204].map((at) => dedupe.has('s', 'b', at))).toEqual([true, true, false]);
  });
});
