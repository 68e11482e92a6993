// One segment as the open log knows it: where it begins and ends, and a sparse index into its records.
import { assert } from '../../base/assert.js';
import { limits } from '../../base/limits.js';
import type { DiskFile } from '../../ports/disk.js';
import type { Keys } from '../../ports/keys.js';
import { ColdSegment } from './cold-segment.js';
import { segmentHeadBytes, type SegmentHead } from './format.js';
import type { OpenFiles } from './open-files.js';

export class Segment {
  readonly name: string;
  head: SegmentHead;
  /** Offset at which the next record would go. */
  end = segmentHeadBytes;
  /** The position after its last event. */
  below: number;
  /** Records in it, and in all segments before it: marks count. */
  records = 0;
  recordsBefore = 0;
  /** Takes no more records, whatever room it has. */
  isClosed: boolean;
  /** When the first record came that it has taken in this process, by the monotonic clock, ms; before: at some time before. */
  bornMs = -Infinity;
  /** Goes up when the file was replaced: offsets learned before are void. */
  generation = 0;
  readonly #files: OpenFiles;
  readonly #growthBytes: number;
  #positions: number[] = [];
  #offsets: number[] = [];
  #numbers: number[] = [];

  /** `growthBytes`: how large a file may become that was not given its size beforehand. */
  constructor(files: OpenFiles, name: string, head: SegmentHead, growthBytes: number) {
    this.#files = files;
    this.name = name;
    this.head = head;
    this.below = head.first;
    this.isClosed = head.cold !== undefined;
    this.#growthBytes = growthBytes;
  }

  get first(): number {
    return this.head.first;
  }

  get file(): DiskFile {
    return this.#files.get(this.name);
  }

  get isCold(): boolean {
    return this.head.cold !== undefined;
  }

  get isEmpty(): boolean {
    return this.end === segmentHeadBytes;
  }

  fits(recordBytes: number): boolean {
    return !this.isClosed && this.end + recordBytes <= (this.head.capacity === 0 ? this.#growthBytes : this.head.capacity);
  }

  /** Notes a record of `bytes` bytes at the end. */
  note(recordBytes: number, below: number): void {
    const last = this.#offsets.at(-1);
    if (last === undefined || this.end - last >= limits.indexEveryBytes) {
      this.#positions.push(this.below);
      this.#offsets.push(this.end);
      this.#numbers.push(this.records);
    }
    this.records += 1;
    this.end += recordBytes;
    this.below = below;
  }

  /** Offset of a record that begins at or before the position, not far from it. */
  offsetNear(position: number): number {
    assert(position >= this.first && position < this.below, 'the position lies in the segment');
    return this.#offsets[lastUpTo(this.#positions, position)] ?? segmentHeadBytes;
  }

  /** Number, within the segment, of the record at `offsetNear(position)`. */
  recordNear(position: number): number {
    return this.#numbers[lastUpTo(this.#positions, position)] ?? 0;
  }

  /** Offset and number, within the segment, of a record at or before that number, not far from it. */
  nearRecord(number: number): { readonly offset: number; readonly number: number } {
    const at = lastUpTo(this.#numbers, number);
    return { offset: this.#offsets[at] ?? segmentHeadBytes, number: this.#numbers[at] ?? 0 };
  }
}

/** Index of the last value that is at most `bound`, in an ascending list; 0 if there is none. */
function lastUpTo(values: readonly number[], bound: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((values[middle] ?? 0) <= bound) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The segment that holds the position; undefined at the head and beyond. */
export function segmentOf(segments: readonly Segment[], position: number): Segment | undefined {
  let low = 0;
  let high = segments.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    const segment = segments[middle];
    if (segment !== undefined && segment.first <= position) low = middle;
    else high = middle - 1;
  }
  const found = segments[low];
  return found !== undefined && position >= found.first && position < found.below ? found : undefined;
}

/** The events of a cold segment; undefined when its keys are not there, or do not open it. */
export function openCold(segment: Segment, keys: Keys): ColdSegment | undefined {
  const { head } = segment;
  const run = keys.run(head.keyId);
  return run === undefined ? undefined : ColdSegment.open(head, (at, length) => segment.file.read(at, length), run);
}
