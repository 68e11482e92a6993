// The writer's 64-bit records, read back by the letter of APPNOTE 6.3.10 (4.3.14, 4.3.15, 4.5.3). Nobody writes four gigabytes for it: the
// archive is said to begin far into a file, of which only these bytes are looked at.
import { Buffer } from 'node:buffer';
import { crc32, inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Zip } from './zip.js';

const max32 = 0xffff_ffff;
const at = Date.UTC(2026, 10, 29, 12, 30, 10);

interface Archive {
  /** Where in the file the bytes begin. */
  readonly from: number;
  readonly bytes: Buffer;
}

async function archiveAt(from: number, texts: readonly string[]): Promise<Archive> {
  const zip = new Zip(at, from);
  const parts: Buffer[] = [];
  for (const [index, text] of texts.entries()) parts.push(await zip.entry({ name: `ä/${index}.txt`, bytes: Buffer.from(text) }));
  return { from, bytes: Buffer.concat([...parts, zip.end()]) };
}

/** What a reader finds that trusts the records at the end, and nothing else. */
function readBack({ from, bytes }: Archive): { readonly is64: boolean; readonly entries: { name: string; text: string; is64: boolean }[] } {
  const slice = (offset: number): Buffer => bytes.subarray(offset - from);
  const end = bytes.subarray(bytes.length - 22);
  expect([end.readUInt32LE(0), end.readUInt16LE(20)]).toEqual([0x0605_4b50, 0]);
  let [count, size, offset] = [end.readUInt16LE(10), end.readUInt32LE(12), end.readUInt32LE(16)];
  const is64 = count === 0xffff || size === max32 || offset === max32;
  if (is64) {
    const locator = bytes.subarray(bytes.length - 42);
    expect([locator.readUInt32LE(0), locator.readUInt32LE(4), locator.readUInt32LE(16)]).toEqual([0x0706_4b50, 0, 1]);
    const end64 = slice(Number(locator.readBigUInt64LE(8)));
    // The size of the record does not count its first twelve bytes; 4.5 is the version that knows it.
    expect([end64.readUInt32LE(0), Number(end64.readBigUInt64LE(4)), end64.readUInt16LE(14)]).toEqual([0x0606_4b50, 44, 45]);
    expect(Number(end64.readBigUInt64LE(24))).toBe(Number(end64.readBigUInt64LE(32)));
    [count, size, offset] = [32, 40, 48].map((place) => Number(end64.readBigUInt64LE(place))) as [number, number, number];
    expect(offset + size).toBe(Number(locator.readBigUInt64LE(8)));
  } else expect(offset + size).toBe(from + bytes.length - 22);
  const entries: { name: string; text: string; is64: boolean }[] = [];
  let place = offset;
  for (let left = count; left > 0; left -= 1) {
    const head = slice(place);
    expect(head.readUInt32LE(0)).toBe(0x0201_4b50);
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => head.readUInt16LE(field)) as [number, number, number];
    const extra = head.subarray(46 + nameBytes, 46 + nameBytes + extraBytes);
    const isFar = head.readUInt32LE(42) === max32;
    if (isFar) expect([extra.readUInt16LE(0), extra.readUInt16LE(2), head.readUInt16LE(6)]).toEqual([1, 8, 45]);
    else expect(extraBytes).toBe(0);
    const local = slice(isFar ? Number(extra.readBigUInt64LE(4)) : head.readUInt32LE(42));
    expect(local.readUInt32LE(0)).toBe(0x0403_4b50);
    // Flags, method, time, date, checksum, sizes stand in both, alike.
    expect(local.subarray(6, 28)).toEqual(head.subarray(8, 30));
    const starts = 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
    const plain = inflateRawSync(local.subarray(starts, starts + local.readUInt32LE(18)));
    expect([crc32(plain), plain.length]).toEqual([local.readUInt32LE(14), local.readUInt32LE(22)]);
    entries.push({ name: String(head.subarray(46, 46 + nameBytes)), text: String(plain), is64: isFar });
    place += 46 + nameBytes + extraBytes + commentBytes;
  }
  expect(place).toBe(offset + size);
  return { is64, entries };
}

describe('an archive', () => {
  const texts = ['one', 'two'.repeat(400), ''];
  const named = (far: readonly boolean[]) => texts.map((text, index) => ({ name: `ä/${index}.txt`, text, is64: far[index] ?? false }));

  it('that ends before four gigabytes has no 64-bit record', async () => {
    const { bytes } = await archiveAt(0, texts);
    for (const from of [0, max32 - bytes.length])
      expect(readBack(await archiveAt(from, texts)), String(from)).toEqual({ is64: false, entries: named([]) });
  });

  it('has them as soon as one of its places needs them, and only there', async () => {
    const first = (await new Zip(at).entry({ name: 'ä/0.txt', bytes: Buffer.from('one') })).length;
    // The second entry stands at the last place that 32 bits can say; then at the first that they cannot.
    expect(readBack(await archiveAt(max32 - 1 - first, texts))).toEqual({ is64: true, entries: named([false, false, true]) });
    expect(readBack(await archiveAt(max32 - first, texts))).toEqual({ is64: true, entries: named([false, true, true]) });
    expect(readBack(await archiveAt(5 * 2 ** 40, texts))).toEqual({ is64: true, entries: named([true, true, true]) });
  });

  it('whose directory alone stands beyond has them at its end', async () => {
    const { bytes } = await archiveAt(0, texts);
    const entriesEnd = bytes.readUInt32LE(bytes.length - 6);
    expect(readBack(await archiveAt(max32 - entriesEnd, texts))).toEqual({ is64: true, entries: named([]) });
    expect(readBack(await archiveAt(max32 - entriesEnd - 1, texts)).is64).toBe(false);
  });
});
