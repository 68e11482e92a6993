// Cold segments: what people's blocks hold and what not, damage, crashes while segments are put together, when they become due.
import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeEvent } from '../../model/event-codec.js';
import { MemoryDisk } from '../memory-disk.js';
import { BlockSealer, cryptBlock, openBlock } from './cold-format.js';
import { ColdSegment } from './cold-segment.js';
import { partsOf, plainSubjectIn, subjectOf } from './event-parts.js';
import { decodeSegmentHead, frameBytes, headerEventBytes, headerFixedBytes, segmentHeadBytes } from './format.js';
import { hookedDisk } from './hooked-disk.js';
import { LogRig, smallLimits } from './log-rig.js';
import { frameSize } from './record.js';
import { EventPacker, unpackEvents, Words } from './packed-events.js';
import { PackedWriter } from './packed-bytes.js';
import { hashedSaltOf } from './person-salts.js';

const hotMs = 60_000;
const limits = { ...smallLimits, hotMs, compactEveryMs: 1_000 };
const words = ['item.viewed', 'product_id'];

let ids = 0;
function viewOf(subject: string, item: string, at: number) {
  const event = {
    id: `m${++ids}`,
    subject,
    type: 'item.viewed',
    occurredAt: at - 5,
    receivedAt: at,
    source: 'test',
    properties: { product_id: item },
    mask: 4,
  };
  return { bytes: Buffer.from(encodeEvent(event), 'utf8'), mask: 4, subject };
}

/** Batches of two people's views; `gapMs` goes by between them. */
function fill(rig: LogRig, batches: number, gapMs = 10): void {
  for (let batch = 0; batch < batches; batch++) {
    rig.clock.advance(gapMs);
    const at = rig.clock.now();
    const done = rig.log.append([viewOf('ann', `tea-${batch}`, at), viewOf('ben', 'cup', at), viewOf('ann', 'pot', at)]);
    expect(done.ok).toBe(true);
  }
}

async function openRig(): Promise<LogRig> {
  const rig = new LogRig();
  await rig.open(limits);
  return rig;
}

/** The n-th segment of the rig, if it is cold. */
function coldOf(rig: LogRig, nth = 0): ColdSegment {
  const bytes = Buffer.from(rig.disk.files().get(`log/${rig.segments()[nth] ?? ''}`) ?? []);
  const head = decodeSegmentHead(bytes);
  if (typeof head === 'string' || head.cold === undefined) return expect.unreachable('a cold segment');
  const run = rig.keys.run(head.keyId) ?? expect.unreachable('its keys');
  return ColdSegment.open(head, (at, length) => bytes.subarray(at, at + length), run) ?? expect.unreachable('it opens');
}

describe('packed events', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('', '007', '12', 'i-12', 'a9', '9'.repeat(20), 'item.viewed', 'c_abcdefghijklmnopqrst', '__proto__'),
    fc.uuid(),
    fc.stringMatching(/^[0-9a-f]{2,40}$/),
  );
  const number = fc.oneof(
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(-0, 0.1, 12.99, 1e21, 2 ** 53),
  );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      text,
      number,
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(text, tie('value'), { maxKeys: 4 }),
    ),
  }));
  const event = fc.tuple(
    text,
    fc.constantFrom('item.viewed', 'other'),
    fc.integer(),
    fc.integer(),
    text,
    fc.dictionary(text, value, { maxKeys: 4 }),
  );

  test('are the same bytes again, whatever they hold', () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 8 }), fc.option(text), fc.boolean(), (rows, subject, odd) => {
        const all = rows.map(([id, type, occurredAt, receivedAt, source, properties], index) => ({
          bytes: Buffer.from(
            odd && index === 0 ? `no event ${id}` : encodeEvent({ id, subject, type, occurredAt, receivedAt, source, properties, mask: 1 }),
            'utf8',
          ),
          receivedAt: index % 2 === 0 ? receivedAt : 0,
        }));
        for (const { bytes } of all) {
          const whose = partsOf(bytes)?.subject ?? null;
          expect(subjectOf(bytes)).toBe(whose);
          expect(plainSubjectIn(bytes, bytes.toString('latin1'), 0, bytes.length) ?? whose).toBe(whose);
        }
        const known = new Words(words);
        const received = all.map((each) => each.receivedAt);
        const into = new PackedWriter();
        new EventPacker(known).pack(
          all.map(({ bytes }) => bytes),
          received,
          into,
        );
        const back = unpackEvents(into.bytes, received, known);
        expect(back.map(String)).toEqual(all.map(({ bytes }) => String(bytes)));
      }),
      { seed: 20261129, numRuns: 2_000 },
    );
  });

  test('of a block whose salts were made as they were at first keep these, and are packed anew', () => {
    const known = new Words(words);
    const { bytes } = viewOf('ann', 'tea', 1000);
    const [key, blockSalt] = [Buffer.alloc(32, 7), Buffer.alloc(16, 8)];
    const into = new PackedWriter();
    into.byte(0);
    new EventPacker(known).pack([bytes], [1000], into);
    const opened = openBlock(cryptBlock(into.bytes, key, blockSalt), [41], [1000], known, key, blockSalt);
    expect(opened).toMatchObject({ plain: null, events: [bytes], sources: [{ salt: hashedSaltOf(key, 41) }] });
    const now = new BlockSealer(known, blockSalt).seal([bytes], [1000], null, key);
    expect(openBlock(now, [41], [1000], known, key, blockSalt)).toMatchObject({ events: [bytes], sources: [{ secret: key }] });
  });

  test('that are no packed events are refused with a RangeError, or are other events, but never more', () => {
    const known = new Words(words);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 0, max: 6 }), (bytes, count) => {
        try {
          const events = unpackEvents(
            Buffer.from(bytes),
            Array.from({ length: count }, () => 0),
            known,
          );
          expect(events).toHaveLength(count);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
      { seed: 20261129, numRuns: 5_000 },
    );
  });
});

test('each person has a block of their own, under a key of their own; the key that they shared is gone', async () => {
  const rig = await openRig();
  fill(rig, 8);
  const shared = rig.keys.ids();
  await rig.log.sync();
  const before = rig.texts();
  await rig.log.redact([0]);
  await rig.log.compact({ words });
  const cold = coldOf(rig);
  expect(cold.index.blockBytes).toHaveLength(2);
  const people = [0, 1].map((block) => new Set(cold.block(block)?.events.map((bytes) => String(JSON.parse(String(bytes))[1]))));
  expect(people).toEqual([new Set(['ben']), new Set(['ann'])]);
  expect(Buffer.from(cold.keyOf(0)).equals(Buffer.from(cold.keyOf(1)))).toBe(false);
  expect(rig.keys.ids().filter((id) => shared.includes(id))).toHaveLength(2); // the reserve, and the spare that is active now
  expect(rig.texts()).toEqual([null, ...before.slice(1)]);
  expect(rig.log.readOne(4)?.bytes).toEqual(Buffer.from(before[4] ?? ''));
  expect(rig.log.verify()).toMatchObject({ ok: true, gaps: 1 });
  await rig.close();
  await rig.open(limits);
  expect(rig.texts()).toEqual([null, ...before.slice(1)]);
  await rig.close();
});

test('of a person of whom one event was redacted no secret is left that would give its salt', async () => {
  const rig = await openRig();
  fill(rig, 6);
  await rig.log.redact([3]);
  await rig.log.compact({ words });
  const cold = coldOf(rig);
  const ofAnn = [0, 2, 5, 6].map((position) => cold.sourceAt(position));
  const ofBen = [1, 4].map((position) => cold.sourceAt(position));
  expect(ofAnn.every((source) => source !== undefined && 'salt' in source)).toBe(true);
  expect(ofBen.every((source) => source !== undefined && 'secret' in source)).toBe(true);
  // Again, from cold to cold: now one of Ben's.
  await rig.log.redact([4]);
  await rig.log.compact({ words });
  expect(coldOf(rig).sourceAt(1)).toHaveProperty('salt');
  expect(rig.log.verify()).toMatchObject({ ok: true, gaps: 2 });
  await rig.close();
});

test('what is hot becomes due in time, and what is due only is taken on demand', async () => {
  const rig = await openRig();
  fill(rig, 2);
  expect(rig.log.hasDueHot).toBe(false);
  expect(await rig.log.compact({ dueOnly: true })).toEqual({ keys: 0, bytes: 0 });
  rig.clock.advance(hotMs - 1_500);
  expect(rig.log.hasDueHot).toBe(true);
  expect((await rig.log.compact({ dueOnly: true })).keys).toBe(1);
  expect([rig.log.hasDueHot, rig.segments().length]).toEqual([false, 2]);
  await rig.log.redact([1]);
  expect((await rig.log.compact({ dueOnly: true })).keys).toBe(0);
  expect((await rig.log.compact()).keys).toBe(3);
  await rig.close();
});

test('small cold segments are put together, so that a quiet log has few files', async () => {
  const rig = new LogRig();
  await rig.open({ ...limits, segmentBytes: 64 * 1024 });
  for (let hour = 0; hour < 40; hour++) {
    fill(rig, 1);
    rig.clock.advance(hotMs);
    await rig.log.compact({ words, dueOnly: true });
    expect(rig.segments().length).toBeLessThan(13);
  }
  expect(rig.segments().length).toBeLessThan(8);
  expect(rig.keys.runs().length).toBe(rig.segments().length - 1);
  expect(rig.texts()).toHaveLength(120);
  expect(rig.log.verify()).toMatchObject({ ok: true, events: 120 });
  await rig.close();
  await rig.open(limits);
  expect(rig.log.head).toBe(120);
  await rig.close();
});

test('a block of which nothing goes is put together with others as it is; one of which something went is not', async () => {
  const rig = new LogRig();
  const together = { ...limits, segmentBytes: 64 * 1024, coldTogetherMin: 3 };
  await rig.open(together);
  for (const subject of ['ann', 'ben', 'cleo']) {
    const at = rig.clock.now();
    expect(rig.log.append([viewOf(subject, 'tea', at), viewOf(subject, 'pot', at)]).ok).toBe(true);
    rig.clock.advance(hotMs);
    if (subject === 'cleo') await rig.log.redact([3]);
    else await rig.log.compact({ words, dueOnly: true });
  }
  const before = [coldOf(rig, 0), coldOf(rig, 1)].map((segment) => ({ plain: segment.block(0)?.plain, key: segment.keyOf(0) }));
  const texts = rig.texts();
  await rig.log.compact({ words, dueOnly: true });
  const after = coldOf(rig);
  const [ann, ben, cleo] = [0, 1, 2].map((block) => after.block(block));
  expect([ann?.events.length, ben?.events.length, cleo?.events.length]).toEqual([2, 1, 2]);
  expect([ann?.plain, Buffer.from(after.keyOf(0))]).toEqual([before[0]?.plain, Buffer.from(before[0]?.key ?? [])]);
  expect(Buffer.from(after.keyOf(1)).equals(before[1]?.key ?? Buffer.alloc(0))).toBe(false);
  expect([rig.texts(), rig.log.verify().problems]).toEqual([texts, []]);
  await rig.close();
});

test('a crash at any call while segments are put together leaves a log that opens, with all events and no key too many', async () => {
  const whole = new LogRig();
  const together = { ...limits, coldTogetherMin: 2 };
  await whole.open(together);
  for (let hour = 0; hour < 2; hour++) {
    fill(whole, 1);
    whole.clock.advance(hotMs);
    if (hour < 1) await whole.log.compact({ words, dueOnly: true });
  }
  await whole.close();
  for (let at = 0; ; at++) {
    let left = Infinity;
    const crash = (): void => {
      if (left-- <= 0) throw new Error('crash');
    };
    const rig = new LogRig(MemoryDisk.holding(whole.disk.files()), (disk) => hookedDisk(disk, crash));
    await rig.open(together);
    const texts = rig.texts();
    expect(texts).toHaveLength(6);
    left = at;
    const isDone = await rig.log.compact({ words }).then(
      () => true,
      () => false,
    );
    rig.kill();
    const again = new LogRig(rig.disk);
    await again.open(limits);
    expect(again.texts()).toEqual(texts);
    expect(again.log.verify().problems).toEqual([]);
    const held = again.segments().map((name) => decodeSegmentHead(again.disk.files().get(`log/${name}`) ?? new Uint8Array(0)));
    const used = held.flatMap((head) => (typeof head === 'string' || head.cold === undefined ? [] : [head.keyId]));
    expect(again.keys.runs()).toEqual(used.sort((a, b) => a - b));
    await again.log.compact({ words });
    expect(again.texts()).toEqual(texts);
    await again.close();
    if (isDone) return expect(at).toBeGreaterThan(6);
  }
});

test('damage anywhere in a cold segment is refused at opening, and never served by an open log', async () => {
  const rig = await openRig();
  fill(rig, 6);
  await rig.log.redact([0]);
  await rig.log.compact({ words });
  fill(rig, 1);
  await rig.log.sync();
  const [name = ''] = rig.segments();
  const size = rig.disk.files().get(`log/${name}`)?.length ?? 0;
  const file = rig.disk.open(`log/${name}`);
  let unserved = 0;
  for (let at = segmentHeadBytes; at < size; at += 13) {
    const copy = rig.copy((files) => {
      const bytes = files.get(`log/${name}`);
      if (bytes !== undefined) bytes[at] = (bytes[at] ?? 0) ^ 4;
    });
    await expect(copy.open(limits)).rejects.toMatchObject({ code: 'log_damaged' });
    const good = file.read(at, 1);
    file.write(at, Uint8Array.of((good[0] ?? 0) ^ 4));
    expect(rig.log.verify().ok, `offset ${at}`).toBe(false);
    await rig.log.redact([0]);
    try {
      for (const { bytes } of rig.log.read(0)) if (bytes !== null) expect(String(JSON.parse(String(bytes))[5])).toBe('test');
    } catch (error) {
      unserved += 1;
      expect(error).toMatchObject({ code: 'log_damaged' });
    }
    file.write(at, good);
  }
  expect(unserved).toBeGreaterThan(10);
  expect(rig.log.verify().ok).toBe(true);
  await rig.close();
});

test('a mask that was changed, checksum and all, is refused', async () => {
  const rig = await openRig();
  fill(rig, 2);
  await rig.log.redact([0]);
  await rig.log.compact({ words });
  const file = rig.disk.open(`log/${rig.segments()[0] ?? ''}`);
  const size = frameSize(Buffer.from(file.read(segmentHeadBytes, 4096)), 0, 4096) ?? 0;
  const record = Buffer.from(file.read(segmentHeadBytes, size));
  record.writeUInt16LE(0xffff, frameBytes + headerFixedBytes + 32 + headerEventBytes);
  record.writeUInt32LE(crc32(record.subarray(8)), 4);
  file.write(segmentHeadBytes, record);
  expect(() => rig.log.readOne(1)).toThrow('log_damaged');
  expect(() => [...rig.log.read(0)]).toThrow('log_damaged');
  expect(rig.log.verify().ok).toBe(false);
  await rig.close();
});

test('without its keys, or with another segment in its place, a cold segment is refused', async () => {
  const rig = await openRig();
  fill(rig, 3);
  rig.clock.advance(hotMs);
  await rig.log.compact({ words });
  fill(rig, 3);
  rig.kill();
  const run = [...rig.disk.files().keys()].find((path) => path.endsWith('.run')) ?? '';
  for (const change of [
    (files: Map<string, Uint8Array>) => files.delete(run),
    (files: Map<string, Uint8Array>) => files.get(run)?.fill(1, 60, 61),
    (files: Map<string, Uint8Array>) =>
      files.set(`log/${rig.segments()[0] ?? ''}`, files.get(`log/${rig.segments()[0] ?? ''}`)?.slice(0, -8) ?? new Uint8Array(0)),
  ]) {
    await expect(rig.copy((files) => void change(files)).open(limits)).rejects.toMatchObject({ code: 'log_damaged' });
  }
});

test('while compaction is held a copy of the folder is a log, whatever is asked meanwhile', async () => {
  const rig = await openRig();
  fill(rig, 3);
  const release = await rig.log.hold();
  const before = rig.fingerprint().length;
  await rig.log.redact([1]);
  const compacting = rig.log.compact({ words });
  fill(rig, 1);
  await rig.log.sync();
  expect([rig.fingerprint().length, rig.keys.runs()]).toEqual([before, []]);
  const copy = rig.copy();
  await copy.open(limits);
  expect(copy.texts()).toEqual(rig.texts());
  await copy.close();
  release();
  expect((await compacting).keys).toBe(1);
  await rig.close();
});

test('keys outlast segments that are away: a log without them is refused, and is whole when they are back', async () => {
  const rig = await openRig();
  for (let round = 0; round < 3; round += 1) {
    fill(rig, 6);
    rig.clock.advance(2 * hotMs);
    await rig.log.compact({ words });
  }
  await rig.close();
  const files = rig.disk.files();
  const names = rig.segments();
  expect(names.length).toBeGreaterThan(2);
  for (let kept = -1; kept < names.length - 1; kept += 1) {
    // None of the folder, or so many segments.
    const isAway = (path: string): boolean => path.startsWith('log/') && (kept < 0 || names.indexOf(path.slice(4)) >= kept);
    const away = [...files.keys()].filter(isAway);
    const without = rig.copy((all) => away.forEach((path) => all.delete(path)));
    await expect(without.open(limits)).rejects.toMatchObject({ code: 'log_damaged' });
    without.keys.close();
    const back = new LogRig(MemoryDisk.holding(new Map([...without.disk.files(), ...[...files].filter(([path]) => away.includes(path))])));
    await back.open(limits);
    expect(back.log.verify()).toMatchObject({ ok: true, events: 54 });
    await back.close();
  }
});
