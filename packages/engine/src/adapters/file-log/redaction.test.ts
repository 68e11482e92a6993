// Redaction and compaction on the disk: what is erased is in no file, whenever a crash comes, and damage of the list of gaps is not
// overlooked.
import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { MemoryDisk } from '../memory-disk.js';
import { hookedDisk } from './hooked-disk.js';
import { eventOf, LogRig } from './log-rig.js';
import { frameSize, StoredRecord } from './record.js';
import { RecordWriter } from './record-writer.js';
import { SeededEntropy } from '../seeded-entropy.js';

const filled = async (batches = 30): Promise<LogRig> => {
  const rig = new LogRig();
  await rig.open();
  for (let batch = 0; batch < batches; batch++) {
    rig.append([`one ${batch} ${'a'.repeat(90)}`, `two ${batch} ${'b'.repeat(90)}`]);
    await rig.log.sync();
  }
  return rig;
};

const wrappedKeys = (rig: LogRig): Buffer[] => {
  const content = Buffer.from(rig.disk.files().get('keys/keys.dat') ?? []);
  return rig.keys.ids().map((id) => Buffer.from(content.subarray(id * 64 + 8, id * 64 + 48)));
};

test('after compaction neither the sealed bytes nor the key that opened them is in any file', async () => {
  const rig = await filled();
  const keysBefore = wrappedKeys(rig);
  const idsBefore = rig.keys.ids();
  const before = rig.log.verify();
  const [touched = '', untouched = ''] = rig.segments();
  const sealedBefore = Buffer.from(rig.disk.files().get(`log/${touched}`) ?? []).subarray(0, 3000);
  const untouchedBefore = rig.disk.files().get(`log/${untouched}`);
  await rig.log.redact([3]);
  await rig.log.compact();
  expect(rig.keys.get(idsBefore[1] ?? 0)).toBeUndefined(); // the first spare made is the reserve, the second became this segment
  expect(rig.holds(keysBefore[1] ?? Buffer.alloc(0))).toBe(false);
  // No stretch of the old bodies is left; the headers, up to where the first body begins, are.
  for (let at = 128 + 16 + 56 + 68 + 8; at + 48 <= 128 + 16 + 56 + 68 + 36 + 200; at += 16) {
    expect(rig.holds(sealedBefore.subarray(at, at + 16))).toBe(false);
  }
  expect(rig.disk.files().get(`log/${untouched}`)).toEqual(untouchedBefore);
  expect(rig.disk.exists('log/compact.tmp')).toBe(false);
  expect(rig.log.verify()).toMatchObject({ ok: true, gaps: 1, headHash: before.headHash });
  await rig.close();
});

test('a compacted record holds a gap also for whoever has its key', async () => {
  const rig = await filled();
  await rig.log.redact([1]);
  await rig.log.compact();
  const bytes = Buffer.from(rig.disk.files().get(`log/${rig.segments()[0] ?? ''}`) ?? []);
  const record = new StoredRecord(bytes.subarray(128, 128 + (frameSize(bytes, 128, bytes.length) ?? 0)));
  const plain = record.open(rig.keys.get(record.keyId ?? 0) ?? Buffer.alloc(32));
  expect([plain?.isGap(0), plain?.isGap(1), plain?.plain.includes('one 0'), plain?.plain.includes('two 0')]).toEqual([
    false,
    true,
    true,
    false,
  ]);
  await rig.close();
});

test('the active segment is compacted as well', async () => {
  const rig = new LogRig();
  await rig.open();
  rig.append(['keep', 'drop']);
  const [wrapped] = wrappedKeys(rig).slice(1);
  await rig.log.redact([1]);
  await rig.log.compact();
  expect(rig.holds(wrapped ?? Buffer.alloc(0))).toBe(false);
  expect(rig.append(['next'])).toBe(2);
  await rig.close();
  await rig.open();
  expect(rig.texts()).toEqual(['keep', null, 'next']);
  expect(rig.log.verify().ok).toBe(true);
  await rig.close();
});

test('what is compacted once is not rewritten again, also after reopening', async () => {
  const rig = await filled();
  await rig.log.redact([3, 20]);
  await rig.log.compact();
  await rig.close();
  await rig.open();
  const ids = rig.keys.ids();
  await rig.log.compact();
  expect(rig.keys.ids()).toEqual(ids);
  await rig.close();
});

test('what is redacted while its segment is being compacted goes with the next compaction', async () => {
  const rig = await filled();
  const compacting = rig.log.redact([3]).then(() => rig.log.compact());
  const more = rig.log.redact([4]);
  await Promise.all([compacting, more]);
  await rig.log.compact();
  await rig.close();
  await rig.open();
  expect(rig.texts().slice(2, 6)).toEqual([expect.any(String), null, null, expect.any(String)]);
  expect(rig.log.verify()).toMatchObject({ ok: true, gaps: 2 });
  await rig.close();
});

test('a crash at any call of a compaction leaves a log that opens, and the old key goes in the end', async () => {
  for (let at = 0; ; at++) {
    let left = Infinity;
    const crash = (): void => {
      if (left-- <= 0) throw new Error('crash');
    };
    const whole = await filled(12);
    await whole.close();
    const rig = new LogRig(MemoryDisk.holding(whole.disk.files()), (disk) => hookedDisk(disk, crash));
    await rig.open();
    await rig.log.redact([1, 5, 6]);
    const texts = rig.texts();
    const old = wrappedKeys(rig);
    const touchedId = 2;
    left = at;
    const isDone = await rig.log.compact().then(
      () => true,
      () => false,
    );
    rig.kill();
    const again = new LogRig(rig.disk);
    await again.open();
    expect(again.texts()).toEqual(texts);
    expect(again.disk.exists('log/compact.tmp')).toBe(false);
    await again.log.compact();
    expect(again.keys.get(touchedId)).toBeUndefined();
    expect(again.holds(old[touchedId - 1] ?? Buffer.alloc(0))).toBe(false);
    expect(again.texts()).toEqual(texts);
    expect(again.log.verify().problems).toEqual([]);
    await again.close();
    if (isDone) return expect(at).toBeGreaterThan(4);
  }
});

test('a crash between rename and destruction: the next opening destroys the old key', async () => {
  const rig = await filled(12);
  await rig.log.redact([1]);
  const [, segmentKey = 0] = rig.keys.ids();
  rig.keys.destroy = () => Promise.reject(new Error('crash'));
  await expect(rig.log.compact()).rejects.toThrow('crash');
  expect(rig.keys.get(segmentKey)).toBeDefined();
  rig.kill();
  await rig.open();
  expect(rig.keys.get(segmentKey)).toBeUndefined();
  expect(rig.log.verify().ok).toBe(true);
  await rig.close();
});

test('a list of gaps that lost its last entry to a torn write is cut; one damaged before, or missing, is refused', async () => {
  const rig = await filled(5);
  await rig.log.redact([1]);
  await rig.log.redact([4, 6]);
  rig.kill();
  const path = 'log/redactions';
  // Entries: gap 1, mark, gap 4, gap 6, mark.
  const markTorn = rig.copy((files) => files.get(path)?.fill(0, 4 * 40 + 7, 5 * 40));
  await markTorn.open();
  expect([markTorn.log.redactions, markTorn.log.readOne(6)?.bytes]).toEqual([2, null]);
  await markTorn.log.redact([0]);
  await markTorn.close();
  await markTorn.open();
  expect(markTorn.log.redactions).toBe(3);
  await markTorn.close();
  for (let at = 0; at < 4 * 40; at += 3) {
    const flipped = rig.copy((files) => files.get(path)?.fill((files.get(path)?.[at] ?? 0) ^ 0x11, at, at + 1));
    if (Math.floor(at / 40) === 1) continue; // a mark vouches for others and nobody vouches for it
    await expect(flipped.open()).rejects.toMatchObject({ code: 'log_damaged' });
  }
  await expect(rig.copy((files) => files.delete(path)).open()).rejects.toMatchObject({ code: 'log_damaged' });
});

test('a log shorter than what was redacted from it is refused', async () => {
  const rig = await filled(3);
  await rig.log.redact([5]);
  rig.kill();
  const [name = ''] = rig.segments();
  const size = RecordWriter.sizeOf([eventOf(`one 2 ${'a'.repeat(90)}`), eventOf(`two 2 ${'b'.repeat(90)}`)]);
  const cut = rig.copy((files) => files.get(`log/${name}`)?.fill(0, 128 + 2 * size));
  await expect(cut.open()).rejects.toMatchObject({ code: 'log_damaged' });
});

test('salt and bytes go together: nothing is left to try guesses on', async () => {
  const writer = new RecordWriter(new SeededEntropy(5));
  const place = { first: 0, syncedBefore: 0, previousHash: Buffer.alloc(32) };
  const [one, two] = [1, 2].map(() => Buffer.from(writer.make([eventOf('same')], place, { id: 1, key: Buffer.alloc(32, 9) })));
  expect(one?.subarray(16 + 56, 16 + 56 + 32).equals(two?.subarray(16 + 56, 16 + 56 + 32) ?? Buffer.alloc(0))).toBe(false);
  const gapOnly = writer.remake(Buffer.from(one?.subarray(16, 16 + 90) ?? []), [new Uint8Array(4)], { id: 2, key: Buffer.alloc(32, 8) });
  expect(gapOnly.length).toBe(Math.ceil((16 + 90 + 36 + 4) / 8) * 8);
});
