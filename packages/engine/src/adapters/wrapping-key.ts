// The key that wraps all others: 256 random bits in a file of its own, which the deployment may keep on another disk than the data.
//    0  u32 magic "EGWK"   4  u32 version = 1   8  32 the key   40  u32 crc32 of bytes 0-39
// Invariant: it is on stable storage before anything is wrapped with it. The file is mode 0600, as every file of a Disk.
import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { CodedError } from '../base/errors.js';
import type { Disk } from '../ports/disk.js';
import type { Entropy } from '../ports/entropy.js';
import { makeDurableFolder } from './durable-folder.js';

export interface WrappingKeyPlace {
  readonly disk: Disk;
  /** Made when missing. */
  readonly folder: string;
}

const magic = 0x4b574745;
const fileBytes = 44;

/** The key; a new one is made when the file is missing or was torn while `isFirstUse`. Else throws CodedError log_damaged. */
export async function wrappingKey(place: WrappingKeyPlace, entropy: Entropy, isFirstUse: boolean): Promise<Uint8Array> {
  const { disk, folder } = place;
  await makeDurableFolder(disk, folder);
  const path = folder === '' ? 'wrapping.key' : `${folder}/wrapping.key`;
  if (disk.exists(path)) {
    const file = disk.open(path);
    const bytes = Buffer.from(file.read(0, fileBytes));
    file.close();
    const isSound =
      bytes.length === fileBytes && bytes.readUInt32LE(0) === magic && crc32(bytes.subarray(0, 40)) === bytes.readUInt32LE(40);
    if (isSound && bytes.readUInt32LE(4) !== 1) throw new CodedError('log_version', 'wrapping.key');
    if (isSound) return bytes.subarray(8, 40);
  }
  if (!isFirstUse) throw new CodedError('log_damaged', 'wrapping.key is missing or damaged: without it nothing can be opened');
  const bytes = Buffer.alloc(fileBytes);
  bytes.writeUInt32LE(magic, 0);
  bytes.writeUInt32LE(1, 4);
  bytes.set(entropy.bytes(32), 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 40)), 40);
  const file = disk.open(path, { create: true });
  file.write(0, bytes);
  await file.sync();
  file.close();
  await disk.syncFolder(folder);
  return bytes.subarray(8, 40);
}
