// Reads the headers of a log's folder without its keys and without opening it: what an auditor does with a copy. Checks checksums, the
// chain of headers, positions and segment heads; seals and digests need the keys (`ethogram verify`). A server may hold the folder
// meanwhile: the walk ends at the first record that is not whole, which is a problem unless it is in the last segment.
import { Buffer } from 'node:buffer';
import type { Disk } from '../../ports/disk.js';
import { decodeSegmentHead, hashBytes, positionOfSegmentName, segmentHeadBytes } from './format.js';
import { RecordWindow } from './record-window.js';

export interface WalkedLog {
  /** Records, marks included. */
  readonly records: number;
  readonly events: number;
  /** Sentences; they hold nothing of any event. */
  readonly problems: readonly string[];
}

/** Tells the hash of each header in order. */
export function walkHeaders(disk: Disk, folder: string, onHeader: (hash: Uint8Array) => void): WalkedLog {
  const names = disk.list(folder).filter((name) => positionOfSegmentName(name) !== undefined);
  const problems: string[] = [];
  let previous: Buffer = Buffer.alloc(hashBytes);
  let [records, events] = [0, 0];
  for (const [index, name] of names.entries()) {
    const file = disk.open(`${folder}/${name}`);
    try {
      const head = decodeSegmentHead(file.read(0, segmentHeadBytes));
      // A cold segment may have taken its place: what a crash left of it says nothing new.
      if (typeof head !== 'string' && head.first < events) continue;
      if (typeof head === 'string' || head.first !== events || !previous.equals(head.previousHash)) {
        problems.push(`${name}: the segment does not continue the chain`);
        break;
      }
      const window = new RecordWindow();
      const size = head.cold?.recordsEnd ?? file.size();
      let offset = segmentHeadBytes;
      for (;;) {
        const record = window.at(file, offset, size);
        if (record?.isIntact() !== true) break;
        if (record.first !== events || !previous.equals(record.previousHash)) {
          problems.push(`${name} at offset ${offset}: the record does not continue the chain`);
          return { records, events, problems };
        }
        previous = record.headerHash;
        onHeader(previous);
        records += 1;
        events = record.below;
        offset += record.bytes.length;
      }
      // What follows must begin where this ends; that it does is seen at its head.
      if (index === names.length - 1) break;
    } finally {
      file.close();
    }
  }
  return { records, events, problems };
}
