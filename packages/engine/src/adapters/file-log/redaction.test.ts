// Redaction and compaction on the disk: what is erased is in no file, whenever a crash comes, and damage of the list of gaps is not
// overlooked.
import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { limits } from '../../base/limits.js';
import { MemoryDisk } from '../memory-disk.js';
import { hookedDisk } from './hooked-disk.js';
import { ColdSegment } from './cold-segment.js';
import { decodeSegmentHead } from './format.js';
import { PersonSalts, saltOf } from './person-salts.js';
import { eventOf, LogRig } from './log-rig.js';
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

/** Every wrapped key that the table of the key store holds, by its id; and whole runs, sealed. */
const wrappedKeys = (rig: LogRig): Buffer[] => {
  const content = Buffer.from(rig.disk.files().get('keys/keys.dat') ?? []);
  const found: Buffer[] = [];
  for (let at = 1024; at + 64 <= content.length; at += 64) {
    if (content.readUInt8(at + 4) === 1) found[content.readUInt32LE(at)] = Buffer.from(content.subarray(at + 8, at + 48));
  }
  return found;
};

/** Key ids of the segments, by their names. */
const keyIdOf = (rig: LogRig, name: string): number => {
  const head = decodeSegmentHead(rig.disk.files().get(`log/${name}`) ?? new Uint8Array(0));
  return typeof head === 'string' ? 0 : head.keyId;
};

test('after compaction neither the sealed bytes nor the key that opened them is in any file', async () => {
  const rig = await filled();
  const keysBefore = wrappedKeys(rig);
  const before = rig.log.verify();
  const [touched = ''] = rig.segments();
  const id = keyIdOf(rig, touched);
  const sealedBefore = Buffer.from(rig.disk.files().get(`log/${touched}`) ?? []).subarray(0, 3000);
  const wrappingBefore = [...rig.disk.files()].filter(([path]) => path.startsWith('apart/')).map(([, content]) => content);
  await rig.log.redact([3]);
  await rig.log.compact();
  expect(rig.keys.get(id)).toBeUndefined();
  expect(keysBefore[id]).toHaveLength(40);
  expect(rig.holds(keysBefore[id] ?? Buffer.alloc(0))).toBe(false);
  // The wrapping key has turned over: whatever the disk may keep of the old wraps opens nothing.
  expect(wrappingBefore).toHaveLength(1);
  for (const content of wrappingBefore) expect(rig.holds(content.subarray(8, 40))).toBe(false);
  for (const wrapped of keysBefore) if (wrapped !== undefined) expect(rig.holds(wrapped)).toBe(false);
  // No stretch of the old bodies is left; the headers, up to where the first body begins, are.
  for (let at = 128 + 16 + 56 + 68 + 8; at + 48 <= 128 + 16 + 56 + 68 + 36 + 200; at += 16) {
    expect(rig.holds(sealedBefore.subarray(at, at + 16))).toBe(false);
  }
  expect(rig.disk.exists('log/compact.tmp')).toBe(false);
  expect(rig.log.verify()).toMatchObject({ ok: true, gaps: 1, headHash: before.headHash });
  await rig.close();
});

/** The first segment, which is compacted, opened with its keys. */
function coldSegment(rig: Awaited<ReturnType<typeof filled>>): ColdSegment | undefined {
  const bytes = Buffer.from(rig.disk.files().get(`log/${rig.segments()[0] ?? ''}`) ?? []);
  const head = decodeSegmentHead(bytes);
  if (typeof head === 'string' || head.cold === undefined) return expect.unreachable('a cold segment');
  const run = rig.keys.run(head.keyId) ?? expect.unreachable('its keys');
  return ColdSegment.open(head, (at, length) => bytes.subarray(at, at + length), run);
}

test('a compacted record holds a gap also for whoever has its keys', async () => {
  const rig = await filled();
  await rig.log.redact([1]);
  await rig.log.compact();
  const cold = coldSegment(rig);
  const opened = cold?.index.blockBytes.flatMap((_, block) => (cold.block(block)?.events ?? []).map(String)) ?? [];
  expect([opened.some((text) => text.startsWith('one 0 ')), opened.some((text) => text.startsWith('two 0 '))]).toEqual([true, false]);
  expect([cold?.index.blockOf[0], cold?.index.blockOf[1]]).toEqual([0, -1]);
  await rig.close();
});

test('the active segment is compacted as well', async () => {
  const rig = new LogRig();
  await rig.open();
  rig.append(['keep', 'drop']);
  const wrapped = wrappedKeys(rig)[keyIdOf(rig, rig.segments()[0] ?? '')];
  expect(wrapped).toHaveLength(40);
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
  // Nobody knows for how long what was written last has been there: it is due.
  await rig.log.compact();
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

test('at whatever moment of a compaction that is: what came too late for it is owed, and gone after the next', async () => {
  for (let moments = 0; moments < 24; moments += 1) {
    const rig = await filled(8);
    await rig.log.redact([3]);
    const compacting = rig.log.compact();
    for (let moment = 0; moment < moments; moment++) await Promise.resolve();
    await Promise.all([compacting, rig.log.redact([4])]);
    await rig.log.compact();
    const cold = coldSegment(rig);
    expect([moments, ...[2, 3, 4, 5].map((position) => cold?.index.blockOf[position])]).toEqual([moments, 0, -1, -1, 0]);
    await rig.close();
  }
});

test('a redaction counts when it is on stable storage, and is refused when it never was', async () => {
  const rig = await filled(2);
  rig.disk.failNextSync();
  await expect(rig.log.redact([3])).rejects.toMatchObject({ code: expect.any(String) });
  expect(rig.failures).toHaveLength(1);
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
    const touchedId = keyIdOf(rig, rig.segments()[0] ?? '');
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
    expect(old[touchedId]).toHaveLength(40);
    expect(again.holds(old[touchedId] ?? Buffer.alloc(0))).toBe(false);
    for (const [path] of again.disk.files()) if (path.endsWith('.run')) expect(again.keys.runs()).toContain(Number(path.slice(5, 15)));
    expect(again.texts()).toEqual(texts);
    expect(again.log.verify().problems).toEqual([]);
    await again.close();
    if (isDone) return expect(at).toBeGreaterThan(4);
  }
});

test('a crash between rename and destruction: the next opening destroys the old key', async () => {
  const rig = await filled(12);
  await rig.log.redact([1]);
  const segmentKey = keyIdOf(rig, rig.segments()[0] ?? '');
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
});

test('salts of a person come from a secret that nobody else has, and give nothing of each other away', () => {
  const salts = new PersonSalts();
  salts.use(1, Buffer.alloc(32, 9));
  const [ann, ben, nobody] = ['ann', 'ben', null].map((subject) => Buffer.from(salts.secretOf(subject)));
  const all = [ann, ben, nobody].flatMap((secret) => [4, 5].map((position) => saltOf(secret ?? Buffer.alloc(0), position).toString('hex')));
  expect(new Set(all).size).toBe(6);
  salts.use(2, Buffer.alloc(32, 8));
  expect(salts.secretOf('ann').equals(ann ?? Buffer.alloc(0))).toBe(false);
});

test('a secret is what SHA-256 makes of salt key, length and id, whoever was asked for before', () => {
  const salts = new PersonSalts();
  const key = Buffer.alloc(32, 9);
  salts.use(1, key);
  const saltKey = hash('sha256', Buffer.concat([Buffer.from('ethogram salts'), key]), 'buffer');
  for (const subject of ['ann', 'ben', 'é', 'bén', null, '', 'x'.repeat(5000), '€'.repeat(5000), 'ann']) {
    const id = Buffer.from(subject ?? '', 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32LE(subject === null ? 0xffff_ffff : id.length);
    expect(salts.secretOf(subject).equals(hash('sha256', Buffer.concat([saltKey, length, id]), 'buffer'))).toBe(true);
  }
});

test('a salt is what AES-128 under the known key makes of secret and position', () => {
  // By `openssl enc -aes-128-ecb -nopad` with the key "ethogram salts 1", of 00 01 .. 0f xor 05 04 03 02 01 00 .. 00; then xor that again.
  const secret = Uint8Array.from({ length: 16 }, (_, index) => index);
  expect(saltOf(secret, 0x01_0203_0405).toString('hex')).toBe('a608777f6395fa60dd179ef1f99f5230');
  // A record's salts are those of its events one by one, runs of one person or not; of nobody who is known nothing is asked.
  const salts = new PersonSalts();
  salts.use(1, Buffer.alloc(32, 9));
  const subjects = ['ann', 'ann', null, 'ben', undefined, 'ann'];
  const all = salts.of(
    subjects.map((subject) => ({ subject })),
    2 ** 40,
  );
  for (const [index, subject] of subjects.entries()) {
    if (subject === undefined) continue;
    const one = saltOf(salts.secretOf(subject), 2 ** 40 + index);
    expect(all.subarray(index * 16, index * 16 + 16).equals(one)).toBe(true);
  }
});

test('as many scattered positions as there are can be redacted at once, while the disk has space', async () => {
  const rig = new LogRig();
  const large = { segmentBytes: 1 << 20, reserveBytes: 1 << 16, recordBytesMax: 1 << 18 };
  await rig.open(large);
  const count = 3 * limits.redactionEntriesAhead;
  for (let first = 0; first < 2 * count; first += 100) rig.append(Array.from({ length: 100 }, () => 'x'));
  const scattered = Array.from({ length: count }, (_, index) => 2 * index);
  rig.disk.spaceBytes = rig.disk.usedBytes;
  expect([rig.log.canRedact(scattered), rig.log.canRedact(scattered.slice(0, 100)), rig.log.canRedact([])]).toEqual([false, true, true]);
  // What is on its way has its room already.
  const half = scattered.slice(0, limits.redactionEntriesAhead + 10);
  const redacting = rig.log.redact(half);
  const ahead = limits.redactionEntriesAhead;
  expect([rig.log.canRedact(scattered.slice(-100)), rig.log.canRedact(scattered.slice(-ahead))]).toEqual([true, false]);
  await redacting;
  rig.disk.spaceBytes = Infinity;
  expect(rig.log.canRedact(scattered)).toBe(true);
  await rig.log.redact(scattered);
  await rig.close();
  await rig.open(large);
  expect(rig.log.verify()).toMatchObject({ ok: true, gaps: count });
  await rig.close();
});

test('a damaged segment keeps no other from being compacted, and is told', async () => {
  const rig = new LogRig();
  await rig.open();
  while (rig.segments().length < 6) {
    rig.append([`secret ${rig.log.head} ${'.'.repeat(100)}`]);
    await rig.log.sync();
  }
  const [, broken = ''] = rig.segments();
  const first = Number(broken.slice(0, 20));
  const file = rig.disk.open(`log/${broken}`);
  // What was acknowledged and is not in the damaged one.
  const head = rig.log.head;
  const before = new Map(rig.disk.files());
  file.write(400, Uint8Array.of((file.read(400, 1)[0] ?? 0) ^ 1));
  await rig.log.redact([0, first + 1, head - 1]);
  for (let times = 0; times < 2; times++) await expect(rig.log.compact()).rejects.toMatchObject({ code: 'log_damaged' });
  expect([rig.failures, rig.log.owesCompaction]).toEqual([[], true]);
  const left = [...before.keys()].filter((path) => /^log\/\d+\.seg$/.test(path) && rig.disk.exists(path) && path !== `log/${broken}`);
  for (const path of left) {
    const [was, is] = [before.get(path) ?? new Uint8Array(), rig.disk.files().get(path) ?? new Uint8Array()];
    expect([path, Buffer.compare(was, is) === 0]).toEqual([path, false]);
  }
  file.write(400, Uint8Array.of((file.read(400, 1)[0] ?? 0) ^ 1));
  file.close();
  await rig.log.compact();
  expect([rig.log.owesCompaction, rig.log.verify().ok, rig.texts().filter((text) => text === null)]).toEqual([
    false,
    true,
    [null, null, null],
  ]);
  await rig.close();
});
