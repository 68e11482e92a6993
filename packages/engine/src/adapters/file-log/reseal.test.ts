// What sealing by person makes of events of many forms: the same bytes for ever, but for deflate, which is not the same in all zlibs.
import { Buffer } from 'node:buffer';
import { createHash, type Hash } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { must } from '../../base/assert.js';
import { encodeEvent } from '../../model/event-codec.js';
import type { Properties } from '../../model/event.js';
import { ManualClock } from '../manual-clock.js';
import { MemoryDisk } from '../memory-disk.js';
import { MemoryKeys } from '../memory-keys.js';
import { SeededEntropy } from '../seeded-entropy.js';
import { cryptBlock } from './cold-format.js';
import { ColdSegment } from './cold-segment.js';
import type { Resealer } from './compactor.js';
import { FileLog } from './file-log.js';
import { reseal, ResealEnded, type Resealed, type ResealInput } from './reseal.js';

const startMs = 1_767_225_600_000;
const words = ['item.viewed', 'product_id', 'price', 'engine', 'choices', 'granted', 'web'];

class Draws {
  readonly #entropy = new SeededEntropy(20261130);

  below(count: number): number {
    return Buffer.from(this.#entropy.bytes(4)).readUInt32LE(0) % count;
  }

  of<T>(values: readonly [T, ...T[]]): T {
    return values[this.below(values.length)] ?? values[0];
  }

  hex(digits: number): string {
    return Buffer.from(this.#entropy.bytes(digits)).toString('hex').slice(0, digits);
  }

  text(bytes: number): string {
    return Buffer.from(this.#entropy.bytes(bytes)).toString('base64url');
  }
}

function propertiesOf(draws: Draws): Properties {
  const product = `i-${String(draws.below(300)).padStart(5, '0')}`;
  return draws.of<() => Properties>([
    () => ({ product_id: product, price: 1999, quantity: 1 }),
    () => ({ product_id: product, price: 1999, quantity: 1 }),
    () => ({ product_id: product, price: draws.below(5_000) / 100, quantity: 1 + draws.below(4) }),
    () => ({ product_id: product, price: draws.below(3) - 1, quantity: draws.of([1, -7, 2 ** 40, 0.5, 1e21, -0.125, 12_345_678.25]) }),
    () => ({
      query: draws.of(['tea', '"quoted"', 'back\\slash', 'über', 'tab\t', '12', '007', '', 'item.viewed']),
      new: draws.below(2) === 0,
    }),
    () => ({
      7: 'seven',
      product_id: product,
      context: { page: { path: `/a/${draws.below(9)}`, tags: ['a', draws.below(5), null, true] } },
    }),
    () => ({ choices: { personalise: 'granted', train: 'denied' }, '': [], title: `Café ${draws.below(99)} 🍵`, stock: null }),
    () => ({}),
  ])();
}

function eventOf(draws: Draws, number: number, atMs: number): { bytes: Uint8Array; mask: number; subject?: string | null } {
  const id = draws.of([
    () => String(number).padStart(12, '0'),
    () => `${draws.hex(8)}-${draws.hex(4)}-4${draws.hex(3)}-8${draws.hex(3)}-${draws.hex(12)}`,
    () => `d_${draws.text(15)}`,
    () => `m${number}`,
    () => String(number),
  ])();
  const subject = draws.of([`s-${draws.below(40)}`, `s-${draws.below(40)}`, `s-${draws.below(40)}`, 'an "odd" one', 'jürgen', null]);
  const receivedAt = atMs - draws.of([0, 0, 0, 0, 3]);
  const type = draws.of(['item.viewed', 'item.viewed', 'item.viewed', 'cart.changed']);
  const event = { id, subject, type, occurredAt: receivedAt - draws.below(10), receivedAt, source: draws.of(['web', 'web', 'web', 'ios']) };
  const text = encodeEvent({ ...event, properties: propertiesOf(draws), mask: 5 });
  const odd = draws.below(150);
  const bytes =
    odd === 0
      ? Buffer.from(text.replace(',', ' ,'))
      : odd === 1
        ? Buffer.from(text.replace('{', '{"product_id":1,'))
        : odd === 2
          ? Buffer.concat([Buffer.from('["'), Buffer.of(0xff, 0xc3), Buffer.from(text.slice(2))])
          : Buffer.from(text);
  return draws.below(20) === 0 ? { bytes, mask: 5 } : { bytes, mask: 5, subject };
}

/** Index, records, and each block as it was before deflate. */
function add(into: Hash, { sources: [source] }: ResealInput, resealed: Resealed): void {
  if (source === undefined) return expect.unreachable('a source');
  const { bytes, recordsEnd, below, records, run } = resealed;
  const head = { ...source.head, capacity: bytes.length, cold: { recordsEnd, below } };
  const segment = ColdSegment.open(head, (at, length) => bytes.subarray(at, at + length), run) ?? expect.unreachable('it opens');
  into.update(JSON.stringify([recordsEnd, below, records, segment.index.records, [...segment.index.blockOf], segment.index.words]));
  into.update(run).update(bytes.subarray(0, recordsEnd));
  for (let block = 0; block < segment.index.blockBytes.length; block += 1) {
    const plain = cryptBlock(segment.sealedBlock(block), segment.keyOf(block), segment.head.blockSalt);
    const flags = plain[0] ?? 0;
    into.update(Buffer.of(flags & ~1)).update((flags & 1) === 0 ? plain.subarray(1) : inflateRawSync(plain.subarray(1)));
  }
}

const limits = { segmentBytes: 128 * 1024, recordBytesMax: 64 * 1024, reserveBytes: 64 * 1024, hotMs: 1_000, compactEveryMs: 100 };

/** Tells what it was asked; does not work before `begin` is called. */
class HeldResealer implements Resealer {
  readonly asked: ResealInput[] = [];
  readonly #entropy = new SeededEntropy(2);
  #isToEnd = false;
  begin: () => void = () => expect.unreachable('nothing was asked');

  reseal(input: ResealInput): Promise<Resealed> {
    this.asked.push(input);
    return new Promise<void>((resolve) => (this.begin = resolve)).then(() => reseal(input, this.#entropy, () => this.#isToEnd));
  }

  end(): void {
    this.#isToEnd = true;
    this.begin();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

test('The bytes of a cold segment are the same for ever', async () => {
  const draws = new Draws();
  const clock = new ManualClock(startMs);
  const entropy = new SeededEntropy(1);
  const told = createHash('sha256');
  const log = await FileLog.open({
    disk: new MemoryDisk(),
    folder: 'log',
    keys: new MemoryKeys(entropy),
    entropy,
    clock,
    limits,
    onFailure: (error) => expect.unreachable(error.message),
    resealer: {
      reseal(input) {
        const done = reseal(input, entropy);
        add(told, input, done);
        return Promise.resolve(done);
      },
      end: () => undefined,
      close: () => Promise.resolve(),
    },
  });
  const texts: string[] = [];
  const redacted: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    for (let record = 0; record < 12; record += 1) {
      clock.advance(50);
      const events = Array.from({ length: 1 + draws.below(80) }, (_, index) => eventOf(draws, texts.length + index, clock.now()));
      expect(log.append(events).ok).toBe(true);
      texts.push(...events.map(({ bytes }) => Buffer.from(bytes).toString('latin1')));
      await log.sync();
    }
    if (round > 0) {
      const gone = Array.from({ length: 20 }, () => draws.below(texts.length));
      redacted.push(...gone);
      await log.redact(gone);
    }
    clock.advance(5_000);
    await log.compact({ words: round === 3 ? words.slice(1) : words });
  }
  const found = [...log.read(0)].map(({ bytes }) => (bytes === null ? null : Buffer.from(bytes).toString('latin1')));
  for (const position of redacted) texts.splice(position, 1, '');
  expect(found.map((text) => text ?? '')).toEqual(texts);
  expect(told.digest('hex')).toBe('94ee556339fa8daec9783ebc67fbc964e58e5c4a3fb3389a6cef0faf1acb5f93');
  await log.close();
});

test('A log that is closed ends what is being sealed: no file and no key has changed, and the next one goes on', async () => {
  const draws = new Draws();
  const clock = new ManualClock(startMs);
  const entropy = new SeededEntropy(1);
  const disk = new MemoryDisk();
  const keys = new MemoryKeys(entropy);
  const open = (resealer?: Resealer) =>
    FileLog.open({
      disk,
      folder: 'log',
      keys,
      entropy,
      clock,
      limits,
      onFailure: (error) => expect.unreachable(error.message),
      ...(resealer === undefined ? {} : { resealer }),
    });
  const resealer = new HeldResealer();
  let log = await open(resealer);
  for (let record = 0; record < 30; record += 1) {
    expect(log.append(Array.from({ length: 50 }, (_, index) => eventOf(draws, record * 50 + index, clock.now()))).ok).toBe(true);
    await log.sync();
  }
  clock.advance(5_000);
  const before = [...log.read(0)].map(({ bytes }) => Buffer.from(bytes ?? []).toString('latin1'));
  const compacting = log.compact({ words, dueOnly: true });
  while (resealer.asked.length === 0) await clock.yield();
  const files = (): string[] => disk.list('log').filter((name) => name.endsWith('.seg'));
  const [was, keysWere] = [files(), keys.ids()];
  const [done] = await Promise.allSettled([compacting, log.close()]);
  expect(done).toMatchObject({ status: 'rejected', reason: { code: 'compaction_stopped' } });
  expect(resealer.asked).toHaveLength(1);
  expect([files(), keys.ids(), keys.runs()]).toEqual([was, keysWere, []]);
  log = await open();
  expect([...log.read(0)].map(({ bytes }) => Buffer.from(bytes ?? []).toString('latin1'))).toEqual(before);
  expect((await log.compact({ words })).keys).toBeGreaterThan(1);
  log.endCompaction();
  await expect(log.compact({ words, dueOnly: true })).rejects.toMatchObject({ code: 'compaction_stopped' });
  await log.close();
});

test('Sealing asks at every record and every person whether it is to end', async () => {
  const draws = new Draws();
  const clock = new ManualClock(startMs);
  const entropy = new SeededEntropy(1);
  const resealer = new HeldResealer();
  const options = { disk: new MemoryDisk(), folder: 'log', keys: new MemoryKeys(entropy), entropy, clock, limits, resealer };
  const log = await FileLog.open({ ...options, onFailure: (error) => expect.unreachable(error.message) });
  for (let record = 0; record < 10; record += 1)
    log.append(Array.from({ length: 50 }, (_, index) => eventOf(draws, record * 50 + index, clock.now())));
  clock.advance(5_000);
  const compacting = log.compact({ words });
  while (resealer.asked.length === 0) await clock.yield();
  const input = must(resealer.asked[0], 'it was asked');
  let asked = 0;
  reseal(input, new SeededEntropy(3), () => (asked += 1) < 0);
  expect(asked).toBeGreaterThan(10 + 40);
  for (let upTo = 1; upTo <= asked; upTo += 1) {
    let count = 0;
    expect(() => reseal(input, new SeededEntropy(3), () => (count += 1) === upTo)).toThrow(ResealEnded);
  }
  resealer.begin();
  await compacting;
  await log.close();
});
