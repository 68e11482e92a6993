// What every State must do. `make` gives an empty store; `reopen`, where a store outlives its process, closes it and opens it anew.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commitRows, type RowChange, type State, type StateHead } from './state.js';

const head = (position: number): StateHead => ({ position, redactions: 0, format: 'f1' });

const utf8Order = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

export function stateSuite(name: string, make: () => State, reopen: (state: State) => Promise<State> = async (state) => state): void {
  describe(`State: ${name}`, () => {
    test('is empty and headless at first', async () => {
      const state = make();
      expect(state.head()).toBe(null);
      expect(state.get('t', 'a')).toBe(undefined);
      expect([...state.range('t')]).toEqual([]);
      await state.close();
    });

    test('a commit shows its rows and its head, also after reopening', async () => {
      let state = make();
      const given = { position: 12, redactions: 3, format: 'rows "v7"\u0000\u00e9' };
      await commitRows(
        state,
        [
          ['t', 'a', '1'],
          ['t', 'b', ''],
          ['u', 'a', '{"x":"\u00e9\u{1f600}\u0000"}'],
        ],
        given,
      );
      for (let pass = 0; pass < 2; pass++) {
        expect(state.head()).toEqual(given);
        expect([state.get('t', 'a'), state.get('t', 'b'), state.get('u', 'a')]).toEqual(['1', '', '{"x":"\u00e9\u{1f600}\u0000"}']);
        state = await reopen(state);
      }
      await state.close();
    });

    test('null deletes, also what is not there; of two changes of one row the later wins', async () => {
      const state = make();
      await commitRows(
        state,
        [
          ['t', 'a', '1'],
          ['t', 'a', '2'],
          ['t', 'b', '1'],
          ['t', 'b', null],
          ['t', 'c', null],
          ['t', 'c', '3'],
        ],
        head(1),
      );
      expect([...state.range('t')]).toEqual([
        ['a', '2'],
        ['c', '3'],
      ]);
      await commitRows(
        state,
        [
          ['t', 'a', null],
          ['t', 'zz', null],
        ],
        head(2),
      );
      expect([...state.range('t')]).toEqual([['c', '3']]);
      await commitRows(state, [], head(3));
      expect(state.head()).toEqual(head(3));
      await state.close();
    });

    test('range takes keys in [from, below) of one table only, in UTF-8 byte order', async () => {
      const state = make();
      // U+FF5E sorts below U+1F600 in UTF-8 and above it in UTF-16; a zero and an empty key are keys like others.
      const keys = ['', '\u0000', 'a', 'a\u0000b', 'ab', 'b', '\u00e9', '\uff5e', '\u{1f600}'];
      const rows: RowChange[] = [...keys].reverse().map((key) => ['t', key, `v${key}`]);
      await commitRows(state, [...rows, ['s', 'z', 's'], ['ta', '', 'ta'], ['t\u0001', 'x', 't1'], ['u', '', 'u']], head(1));
      const between = (from?: string, below?: string): string[] => [...state.range('t', from, below)].map(([key]) => key);
      expect([...state.range('t')]).toEqual(keys.map((key) => [key, `v${key}`]));
      expect(between('a', 'b')).toEqual(['a', 'a\u0000b', 'ab']);
      expect(between('a\u0000')).toEqual(keys.slice(3));
      expect(between(undefined, 'a')).toEqual(['', '\u0000']);
      expect(between('b', 'a')).toEqual([]);
      expect(between('b', 'b')).toEqual([]);
      expect(between('c', '\uffff')).toEqual(['\u00e9', '\uff5e']);
      await state.close();
    });

    test('range can be left early, nested, and runs over thousands of rows', async () => {
      const state = make();
      const key = (n: number): string => String(n).padStart(5, '0');
      await commitRows(
        state,
        Array.from({ length: 2000 }, (_, n) => ['t', key(n), `v${n}`] as const),
        head(1),
      );
      for (const [first] of state.range('t', key(700))) {
        expect(first).toBe('00700');
        break;
      }
      let pairs = 0;
      for (const [outer] of state.range('t', key(10), key(12))) {
        for (const [inner] of state.range('t', outer)) pairs += inner >= outer ? 1 : 0;
      }
      expect(pairs).toBe(1990 + 1989);
      expect([...state.range('t')].map(([, value]) => value)).toEqual(Array.from({ length: 2000 }, (_, n) => `v${n}`));
      await state.close();
    });

    test('scrub changes no row and no head, twice over, also with commits before, meanwhile and after', async () => {
      const state = make();
      await state.scrub();
      await commitRows(
        state,
        [
          ['t', 'a', '1'],
          ['t', 'b', '2'],
        ],
        head(1),
      );
      const during = state.scrub();
      const commit = commitRows(
        state,
        [
          ['t', 'b', null],
          ['t', 'c', '3'],
        ],
        head(2),
      );
      expect(state.get('t', 'a')).toBe('1');
      await Promise.all([during, commit]);
      await state.scrub();
      await commitRows(state, [['t', 'd', '4']], head(3));
      const again = await reopen(state);
      expect([again.head(), [...again.range('t')].map(([key]) => key).join('')]).toEqual([head(3), 'acd']);
      await again.close();
    });

    test('the longest ids fit a key, two at once', async () => {
      const state = make();
      const long = '\uffff'.repeat(256);
      await commitRows(state, [['a-table', `${long}\u0000${long}`, 'x'.repeat(100_000)]], head(1));
      expect(state.get('a-table', `${long}\u0000${long}`)?.length).toBe(100_000);
      expect([...state.range('a-table', long)].length).toBe(1);
      await state.close();
    });

    test('a key that is longer than any row may have finds none: it may be a text from outside', async () => {
      const state = make();
      await commitRows(state, [['t', 'a', '1']], head(1));
      for (const each of ['a', '\uffff', '\u{1f600}']) expect(state.get('t', each.repeat(4096))).toBeUndefined();
      await state.close();
    });

    test('commits take effect in the order of their calls, whole, and reads never see half of one', async () => {
      const state = make();
      const seen = new Set<string>();
      let done = false;
      const rows = Array.from({ length: 500 }, (_, n) => `k${n}`);
      const commitAll = (n: number): Promise<void> =>
        commitRows(
          state,
          rows.map((key) => ['t', key, String(n)] as const),
          head(n),
        );
      const commits = Promise.all([1, 2, 3].map(commitAll)).then(() => (done = true));
      for (let turns = 0; !done && turns < 100_000; turns++) {
        const values = new Set([...state.range('t')].map(([, value]) => value));
        expect(values.size).toBeLessThan(2);
        for (const value of values) seen.add(value);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await commits;
      expect([...seen].every((value) => ['1', '2', '3'].includes(value))).toBe(true);
      expect([state.get('t', 'k0'), state.head()?.position]).toEqual(['3', 3]);
      await state.close();
    });

    test('wipe leaves nothing, and the store takes commits again', async () => {
      let state = make();
      await commitRows(state, [['t', 'a', '1']], head(1));
      await state.wipe();
      expect([state.head(), state.get('t', 'a'), [...state.range('t')].length]).toEqual([null, undefined, 0]);
      state = await reopen(state);
      expect(state.head()).toBe(null);
      await commitRows(state, [['t', 'b', '2']], head(2));
      expect([...state.range('t')]).toEqual([['b', '2']]);
      await state.close();
    });

    test('equals a plain map after any sequence of commits', async () => {
      const table = fc.constantFrom('t', 'u');
      const key = fc.oneof(fc.constantFrom('a', 'b', 'ab'), fc.string({ unit: 'binary', maxLength: 4 }));
      const change = fc.tuple(table, key, fc.option(fc.string({ unit: 'binary', maxLength: 6 })));
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(change, { maxLength: 8 }), { maxLength: 5 }), key, key, async (commits, from, below) => {
          const state = make();
          const oracle = new Map<string, Map<string, string>>([
            ['t', new Map()],
            ['u', new Map()],
          ]);
          let position = 0;
          for (const changes of commits) {
            await commitRows(state, changes, head(++position));
            for (const [t, k, v] of changes) {
              if (v === null) oracle.get(t)?.delete(k);
              else oracle.get(t)?.set(k, v);
            }
          }
          for (const [t, rows] of oracle) {
            const sorted = [...rows].sort(([a], [b]) => utf8Order(a, b));
            expect([...state.range(t)]).toEqual(sorted);
            const inside = sorted.filter(([k]) => utf8Order(k, from) >= 0 && utf8Order(k, below) < 0);
            expect([...state.range(t, from, below)]).toEqual(inside);
            for (const [k, v] of rows) expect(state.get(t, k)).toBe(v);
          }
          await state.close();
        }),
        { numRuns: 30, seed: 11 },
      );
    });
  });
}
