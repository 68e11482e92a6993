// Reads a ZIP back in tests, and holds its directory to its entries. No test of its own.
import { crc32, inflateRawSync } from 'node:zlib';
import { expect } from 'vitest';

/** Files of a ZIP by name, read from its directory as any reader does. */
export function unzipped(zip: Buffer): Map<string, string> {
  const files = new Map<string, string>();
  const end = zip.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1'));
  let at = zip.readUInt32LE(end + 16);
  for (let count = zip.readUInt16LE(end + 10); count > 0; count -= 1) {
    const [packed, name, extra] = [zip.readUInt32LE(at + 20), zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30)];
    const head = zip.readUInt32LE(at + 42);
    const from = head + 30 + zip.readUInt16LE(head + 26) + zip.readUInt16LE(head + 28);
    const content = inflateRawSync(zip.subarray(from, from + packed));
    // Head and directory tell the same, and what is in there is what they tell.
    expect([crc32(content), content.length]).toEqual([zip.readUInt32LE(at + 16), zip.readUInt32LE(at + 24)]);
    expect(zip.subarray(at + 10, at + 28).equals(zip.subarray(head + 8, head + 26))).toBe(true);
    files.set(zip.toString('utf8', at + 46, at + 46 + name), content.toString('utf8'));
    at += 46 + name + extra;
  }
  return files;
}
