// The byte table of recorder.c from the reader's side: order, pairing of syncs, calls under way, and refusal of a trace with a hole.

import { describe, expect, it } from 'vitest';
import { HandTrace } from './hand-trace.js';
import { acknowledgedBefore, parseTrace } from './trace.js';

interface Raw {
  readonly op: number;
  readonly sequence: number;
  readonly started?: number;
  readonly process?: number;
  readonly flags?: number;
  readonly offset?: number;
  readonly length?: number;
  readonly result?: number;
  readonly path?: string;
  readonly data?: string;
}

function encode(raw: Raw): Buffer {
  const path = Buffer.from(raw.path ?? '');
  const data = Buffer.from(raw.data ?? '');
  const head = Buffer.alloc(80);
  head.write('ECR1', 0, 'latin1');
  head.writeUInt32LE(80 + path.length + data.length, 4);
  head.writeBigUInt64LE(BigInt(raw.sequence), 8);
  head.writeBigUInt64LE(BigInt(raw.started ?? raw.sequence), 16);
  head.writeUInt32LE(raw.process ?? 9, 24);
  head.writeUInt16LE(raw.op, 28);
  head.writeUInt16LE(raw.flags ?? 0, 30);
  head.writeBigUInt64LE(3n, 32);
  head.writeBigUInt64LE(4n, 40);
  head.writeBigInt64LE(BigInt(raw.offset ?? 0), 48);
  head.writeBigInt64LE(BigInt(raw.length ?? 0), 56);
  head.writeBigInt64LE(BigInt(raw.result ?? 0), 64);
  head.writeUInt32LE(path.length, 72);
  head.writeUInt32LE(data.length, 76);
  return Buffer.concat([head, path, data]);
}

const sample: readonly Raw[] = [
  { op: 1, sequence: 0, flags: 1, path: 'log' },
  { op: 2, sequence: 1, offset: 512, length: 3, result: 3, data: 'abc' },
  { op: 6, sequence: 2, flags: 16 },
  { op: 2, sequence: 3, started: 2, flags: 8, result: 1, data: 'd' },
  { op: 7, sequence: 4, started: 2, flags: 16 },
  { op: 13, sequence: 5, result: 2, data: 'ok' },
  { op: 8, sequence: 6, path: 'log\0old' },
];

function parsed(raws: readonly Raw[]): ReturnType<typeof parseTrace> {
  return parseTrace(Buffer.concat(raws.map(encode)));
}

describe('parseTrace', () => {
  it('reads each record with its bytes', () => {
    const result = parsed(sample);
    if (!result.ok) throw new Error(result.message);
    const { records, flightMax, tailBytes } = result.trace;
    expect(records.map((record) => record.op)).toEqual(['open', 'write', 'syncStart', 'write', 'syncEnd', 'mark', 'rename']);
    expect(records[1]).toMatchObject({ file: '3:4', offset: 512, data: Buffer.from('abc'), durable: false, startedAt: 1 });
    expect(records[3]).toMatchObject({ durable: true, startedAt: 2 });
    expect(records[4]).toMatchObject({ startedAt: 2, ok: true, dataOnly: true });
    expect(records[6]).toMatchObject({ from: 'log', to: 'old' });
    expect(flightMax).toBe(1);
    expect(tailBytes).toBe(0);
  });

  it('leaves out an unfinished last record and says how long it is', () => {
    const whole = Buffer.concat(sample.map(encode));
    const result = parseTrace(whole.subarray(0, whole.length - 4));
    if (!result.ok) throw new Error(result.message);
    expect(result.trace.records.length).toBe(6);
    expect(result.trace.tailBytes).toBe(83);
  });

  it('refuses a hole, a wrong size and bytes that are no record', () => {
    expect(parsed(sample.filter((raw) => raw.sequence !== 1))).toMatchObject({ ok: false, code: 'trace_damaged', offset: 83 });
    const bytes = Buffer.concat(sample.map(encode));
    bytes.writeUInt32LE(81, 4);
    expect(parseTrace(bytes)).toMatchObject({ ok: false, offset: 0 });
    expect(parseTrace(Buffer.alloc(100))).toMatchObject({ ok: false, offset: 0 });
  });

  it('takes several processes, each with its own sequence, and starts no call before another process was last heard', () => {
    const result = parsed([
      { op: 1, sequence: 0, process: 1, flags: 1, path: 'a' },
      { op: 1, sequence: 0, process: 2, flags: 1, path: 'b' },
      { op: 2, sequence: 1, process: 1, started: 1, result: 1, data: 'x' },
      { op: 1, sequence: 0, process: 1, path: 'a' },
    ]);
    if (!result.ok) throw new Error(result.message);
    expect(result.trace.records.map((record) => record.startedAt)).toEqual([0, 1, 2, 3]);
  });

  it('turns a failed call into a record without effect, and a failed sync into one that promises nothing', () => {
    const result = parsed([
      { op: 1, sequence: 0, flags: 1, path: 'a' },
      { op: 2, sequence: 1, result: -28 },
      { op: 6, sequence: 2 },
      { op: 7, sequence: 3, started: 2, result: -5 },
    ]);
    if (!result.ok) throw new Error(result.message);
    expect(result.trace.records[1]).toMatchObject({ op: 'failed', call: 'write', errno: 28 });
    expect(result.trace.records[3]).toMatchObject({ op: 'syncEnd', ok: false });
  });
});

describe('acknowledgedBefore', () => {
  it('gives the marks before the cut and none after', () => {
    const trace = new HandTrace().create('a').mark('one').write('a', 0, 'x').mark('two').trace();
    const texts = (cut: number): string[] => acknowledgedBefore(trace, cut).map((mark) => Buffer.from(mark).toString('utf8'));
    expect(texts(1)).toEqual([]);
    expect(texts(2)).toEqual(['one']);
    expect(texts(4)).toEqual(['one', 'two']);
  });
});
