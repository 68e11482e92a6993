// Which segments a compaction seals together: few large files read faster than many small ones, and each event is sealed anew seldom.
// Non-goal: which segments are to be sealed; the log says so.
import type { FileLogLimits } from './file-log-limits.js';
import type { Segment } from './segment.js';

/**
 * Neighbours that are to be sealed together: all that are to be sealed, up to one segment's size, and small cold ones before them as soon
 * as there are many.
 */
export function runsOf(
  segments: readonly Segment[],
  isToDo: (segment: Segment) => boolean,
  { segmentBytes: bytesMax, coldTogetherMin }: FileLogLimits,
): Segment[][] {
  const runs: Segment[][] = [];
  let run: Segment[] = [];
  let bytes = 0;
  for (const [index, segment] of segments.entries()) {
    const own = sizeOf(segment);
    if (!isToDo(segment)) {
      run = [];
      continue;
    }
    if (run.length > 0 && bytes + own <= bytesMax) {
      run.push(segment);
      bytes += own;
      continue;
    }
    run = [segment];
    bytes = own;
    runs.push(run);
    const older = smallBefore(segments, index, isToDo, bytesMax);
    if (older.length + 1 < coldTogetherMin || older.some((each) => runs.at(-2)?.includes(each) === true)) continue;
    run.unshift(...older);
    bytes += older.reduce((sum, each) => sum + sizeOf(each), 0);
  }
  return runs;
}

/** Cold ones before a place, each no larger than what would come to it: so an event is sealed anew a logarithmic number of times. */
function smallBefore(
  segments: readonly Segment[],
  index: number,
  isToDo: (segment: Segment) => boolean,
  bytesMax: number,
): readonly Segment[] {
  const found: Segment[] = [];
  const events = ({ first, below }: Segment): number => below - first;
  const newest = segments[index];
  let count = newest === undefined ? 0 : events(newest);
  let bytes = newest === undefined ? 0 : sizeOf(newest);
  for (let at = index - 1; at >= 0; at -= 1) {
    const older = segments[at];
    if (older === undefined || !older.isCold || isToDo(older) || events(older) > count || bytes + sizeOf(older) > bytesMax) break;
    found.unshift(older);
    count += events(older);
    bytes += sizeOf(older);
  }
  return found;
}

export function sizeOf({ head, end }: Segment): number {
  return head.cold === undefined ? end : head.capacity;
}
