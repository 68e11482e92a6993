// What the parts of a log take on the disk, read from its files: heads and headers, bodies, what stands behind the records of cold
// segments. Space that was only made ready counts nothing.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeSegmentHead, frameBytes, segmentHeadBytes } from 'ethogram/internal/adapters/file-log/format';
import { frameSize } from 'ethogram/internal/adapters/file-log/record';
import { demand } from './complaint.js';

export interface LogBytes {
  readonly events: number;
  /** Segment heads, record frames, record headers, padding. */
  readonly headers: number;
  /** Bodies of records; of cold segments the sealed index and the blocks. */
  readonly sealed: number;
  /** Of the events, those that lie in cold segments. */
  readonly coldEvents: number;
  /** Keys of people. */
  readonly keys: number;
}

export function logBytes(folder: string): LogBytes {
  const sum = { events: 0, headers: 0, sealed: 0, coldEvents: 0, keys: 0 };
  for (const name of readdirSync(join(folder, 'log'))) {
    if (!/^\d{20}\.seg$/.test(name)) continue;
    const bytes = readFileSync(join(folder, 'log', name));
    const head = decodeSegmentHead(bytes);
    demand(typeof head !== 'string', `${name} has no head`);
    const end = head.cold?.recordsEnd ?? bytes.length;
    let at = segmentHeadBytes;
    let events = 0;
    for (let size = frameSize(bytes, at, end - at); size !== undefined; size = frameSize(bytes, at, end - at)) {
      const body = head.cold === undefined ? bytes.readUInt32LE(at + 12) : 0;
      sum.sealed += body;
      sum.headers += size - body;
      events += bytes.readUInt32LE(at + frameBytes + 16);
      at += size;
    }
    sum.headers += segmentHeadBytes;
    sum.events += events;
    if (head.cold === undefined) continue;
    sum.coldEvents += events;
    sum.sealed += bytes.length - end;
  }
  for (const name of readdirSync(join(folder, 'keys')))
    if (name.endsWith('.run')) sum.keys += readFileSync(join(folder, 'keys', name)).length;
  return sum;
}
