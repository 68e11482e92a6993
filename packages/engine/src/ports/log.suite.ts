// What every Log must do, whatever it stands on. Adapters run it from their own tests; `make` gives a new, empty log and a way to open it
// again.
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { AppendEvent, Log, LogEntry } from './log.js';

export interface LogUnderTest {
  readonly log: Log;
  /** Closes the log and opens it again; the same object where nothing outlives the process. */
  readonly reopen: (log: Log) => Promise<Log>;
}

const event = (text: string, mask = 1): AppendEvent => ({ bytes: new TextEncoder().encode(text), mask });
const shown = (entry: LogEntry): string =>
  `${entry.position}/${entry.mask}/${entry.bytes === null ? 'gap' : new TextDecoder().decode(entry.bytes)}`;
const all = (log: Log, from = 0, to?: number): string[] => [...log.read(from, to)].map(shown);

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Record, index and text of an event by its evidence, which must lead to the hash of its header. */
function shownBy(log: Log, position: number): unknown[] {
  const found = log.evidence(position);
  if (found === undefined) throw new Error(`position ${position} is there`);
  const digest = createHash('sha256').update(found.salt).update(found.bytes).digest();
  const at = 56 + 34 * found.index;
  expect(digest.equals(found.header.subarray(at, at + 32))).toBe(true);
  const hash = createHash('sha256').update(found.header).digest('hex');
  expect(hash).toBe(log.headerHashes(found.record, found.record + 1).map(hex)[0]);
  return [found.record, found.index, Buffer.from(found.bytes).toString()];
}

/** Appends one batch of texts; masks count up from 1. */
function append(log: Log, ...texts: string[]): number {
  const result = log.append(texts.map((text, index) => event(text, index + 1)));
  if (!result.ok) throw new Error(result.code);
  return result.first;
}

export function logSuite(name: string, make: () => Promise<LogUnderTest>): void {
  describe(`Log: ${name}`, () => {
    test('a new log is empty', async () => {
      const { log } = await make();
      expect([log.head, log.durable, log.redactions, all(log), log.readOne(0)]).toEqual([0, 0, 0, [], undefined]);
      expect(log.verify()).toMatchObject({ ok: true, records: 0, events: 0, gaps: 0, problems: [] });
      await log.close();
    });

    test('positions are given in order, and read back with bytes and masks, synced or not', async () => {
      const { log } = await make();
      expect([append(log, 'a', 'b'), append(log, 'c'), append(log, 'd', 'e')]).toEqual([0, 2, 3]);
      expect(log.head).toBe(5);
      expect(all(log)).toEqual(['0/1/a', '1/2/b', '2/1/c', '3/1/d', '4/2/e']);
      expect(all(log, 1, 4)).toEqual(['1/2/b', '2/1/c', '3/1/d']);
      expect([all(log, 5), all(log, 4, 99), all(log, 3, 2)]).toEqual([[], ['4/2/e'], []]);
      for (const position of [4, 0, 2, 3, 1]) expect(log.readOne(position)?.position).toBe(position);
      expect([log.readOne(5), log.readOne(-1)]).toEqual([undefined, undefined]);
      await log.close();
    });

    test('an iteration that began before an append ends where the log ended then', async () => {
      const { log } = await make();
      append(log, 'a', 'b');
      const seen: string[] = [];
      for (const entry of log.read(0, log.head)) {
        seen.push(shown(entry));
        append(log, 'later');
      }
      expect(seen).toEqual(['0/1/a', '1/2/b']);
      await log.close();
    });

    test('what the caller does with its bytes afterwards does not reach the log', async () => {
      const { log } = await make();
      const bytes = new TextEncoder().encode('mine');
      log.append([{ bytes, mask: 7 }]);
      bytes.fill(0);
      expect(all(log)).toEqual(['0/7/mine']);
      await log.close();
    });

    test('durable follows sync, and only as far as was appended before the call', async () => {
      const { log } = await make();
      append(log, 'a');
      expect(log.durable).toBe(0);
      const first = log.sync();
      append(log, 'b');
      await first;
      expect(log.durable).toBeGreaterThanOrEqual(1);
      await log.sync();
      expect(log.durable).toBe(2);
      append(log, 'c');
      await Promise.all([log.sync(), log.sync(), log.sync()]);
      expect(log.durable).toBe(3);
      await log.close();
    });

    test('everything is there after reopening', async () => {
      const { log, reopen } = await make();
      append(log, 'a', 'b');
      await log.sync();
      append(log, 'c');
      const again = await reopen(log);
      expect(all(again)).toEqual(['0/1/a', '1/2/b', '2/1/c']);
      expect([again.head, again.durable, append(again, 'd')]).toEqual([3, 3, 3]);
      const once = await reopen(again);
      expect(all(once, 2)).toEqual(['2/1/c', '3/1/d']);
      expect(once.verify()).toMatchObject({ ok: true, records: 3, events: 4, gaps: 0 });
      await once.close();
    });

    test('a redacted position is a gap that keeps its place and mask, before and after reopening', async () => {
      const { log, reopen } = await make();
      append(log, 'a', 'b', 'c');
      append(log, 'd');
      expect(shown(log.readOne(1) ?? { position: -1, mask: 0, bytes: null })).toBe('1/2/b');
      await log.redact([3, 1]);
      const gaps = ['0/1/a', '1/2/gap', '2/3/c', '3/1/gap'];
      expect([all(log), log.readOne(1)?.bytes, log.head]).toEqual([gaps, null, 4]);
      const again = await reopen(log);
      expect(all(again)).toEqual(gaps);
      expect(again.verify()).toMatchObject({ ok: true, records: 2, events: 4, gaps: 2 });
      await again.close();
    });

    test('redactions are counted when they name something new, and the count outlives reopening', async () => {
      const { log, reopen } = await make();
      append(log, 'a', 'b', 'c');
      await log.redact([]);
      expect(log.redactions).toBe(0);
      await log.redact([0, 0, 1]);
      await log.redact([1]);
      expect(log.redactions).toBe(1);
      await Promise.all([log.redact([2]), log.redact([2])]);
      expect(log.redactions).toBe(2);
      const again = await reopen(log);
      expect(again.redactions).toBe(2);
      await again.close();
    });

    test('redacting makes its events durable first: a position is never given twice', async () => {
      const { log } = await make();
      append(log, 'a', 'b');
      await log.redact([1]);
      expect(log.durable).toBe(2);
      await log.close();
    });

    test('redaction and compaction leave the chain of headers and everybody else alone', async () => {
      const { log, reopen } = await make();
      for (let batch = 0; batch < 20; batch++) append(log, `x${batch}`, `y${batch}`);
      const before = log.verify();
      const kept = all(log).filter((_, position) => position % 4 !== 1);
      await log.redact(Array.from({ length: 10 }, (_, index) => index * 4 + 1));
      await log.compact();
      await log.compact();
      expect(log.verify()).toMatchObject({ ok: true, gaps: 10, events: 40, headHash: before.headHash });
      expect(all(log).filter((_, position) => position % 4 !== 1)).toEqual(kept);
      append(log, 'after');
      const again = await reopen(log);
      expect(all(again).filter((line) => line.endsWith('gap'))).toHaveLength(10);
      expect(shown(again.readOne(40) ?? { position: -1, mask: 0, bytes: null })).toBe('40/1/after');
      expect(again.verify().ok).toBe(true);
      await again.close();
    });

    test('headers are counted, hashed and kept through redaction, compaction and reopening', async () => {
      const { log, reopen } = await make();
      for (let batch = 0; batch < 12; batch++) append(log, `x${batch}`, `y${batch}`);
      expect([log.durableRecords, log.headerHashes(0, 0)]).toEqual([0, []]);
      await log.sync();
      expect(log.durableRecords).toBe(12);
      const before = log.headerHashes(0, 12).map(hex);
      expect(new Set(before).size).toBe(12);
      expect(before.at(-1)).toBe(log.verify().headHash);
      expect(log.headerHashes(3, 5).map(hex)).toEqual(before.slice(3, 5));
      await log.redact([0, 7]);
      await log.compact();
      expect(log.headerHashes(0, 12).map(hex)).toEqual(before);
      const again = await reopen(log);
      expect(again.durableRecords).toBeGreaterThanOrEqual(12);
      expect(again.headerHashes(0, 12).map(hex)).toEqual(before);
      append(again, 'after');
      await again.sync();
      expect(again.headerHashes(11, again.durableRecords).map(hex)).toHaveLength(again.durableRecords - 11);
      expect(() => again.headerHashes(0, again.durableRecords + 1)).toThrow('on stable storage');
      await again.close();
    });

    test('the evidence of an event leads from its bytes to the hash of its header; a gap has none', async () => {
      const { log } = await make();
      append(log, 'a');
      append(log, 'b', 'c');
      await log.sync();
      expect(shownBy(log, 2)).toEqual([1, 1, 'c']);
      await log.redact([2]);
      expect([log.evidence(2), log.evidence(3), log.evidence(-1)]).toEqual([undefined, undefined, undefined]);
      expect(shownBy(log, 1)).toEqual([1, 0, 'b']);
      await log.close();
    });

    test('evidence is the same after compaction and reopening, in however many segments the records lie', async () => {
      const { log, reopen } = await make();
      const long = 'long '.repeat(100);
      for (let batch = 0; batch < 150; batch++) append(log, `x${batch}`, `${long}${batch}`);
      await log.sync();
      const before = Array.from({ length: 300 }, (_, position) => shownBy(log, position));
      expect(before[299]).toEqual([149, 1, `${long}149`]);
      await log.redact([7, 150]);
      await log.compact();
      const kept = (at: Log): unknown[] =>
        before.map((_, position) => (position === 7 || position === 150 ? 'gap' : shownBy(at, position)));
      const wanted = before.map((each, position) => (position === 7 || position === 150 ? 'gap' : each));
      expect(kept(log)).toEqual(wanted);
      append(log, 'after');
      await log.sync();
      expect(shownBy(log, 300)).toEqual([150, 0, 'after']);
      const again = await reopen(log);
      expect(kept(again)).toEqual(wanted);
      expect([again.evidence(7), again.evidence(150)]).toEqual([undefined, undefined]);
      await again.close();
    });

    test('the head hash depends on what was written', async () => {
      const one = (await make()).log;
      const two = (await make()).log;
      append(one, 'a');
      append(two, 'b');
      expect(one.verify().headHash).toMatch(/^[0-9a-f]{64}$/);
      expect(one.verify().headHash).not.toBe(two.verify().headHash);
      await one.close();
      await two.close();
    });

    test('verify tells its progress up to the end', async () => {
      const { log } = await make();
      append(log, 'a');
      const told: number[] = [];
      log.verify((done, total) => told.push(done / total));
      expect(told.at(-1)).toBe(1);
      await log.close();
    });

    test('bugs of the caller are assertions', async () => {
      const { log } = await make();
      append(log, 'a');
      expect(() => log.append([])).toThrow('at least one event');
      expect(() => log.append([event('')])).toThrow('an event has bytes');
      expect(() => log.append([event('x', 0x10000)])).toThrow('a mask of 16 bits');
      await expect(log.redact([1])).rejects.toThrow('only positions of the log');
      expect(log.head).toBe(1);
      await log.close();
    });
  });
}
