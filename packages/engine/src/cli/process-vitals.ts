// What GET /metrics tells of this process: memory that no other process shares, and how late the event loop runs.
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Vitals } from '../http/metrics.js';

/** Between two looks of the monitor; an idle loop is seen exactly so late, which is taken off. */
const resolutionMs = 20;

/** Starts the monitor; its timer keeps no process alive. */
export function processVitals(): Vitals {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  const seconds = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - resolutionMs / 1000);
  return {
    privateBytes,
    loopDelay: () => {
      if (delay.max === 0) return null; // nothing was seen since the last reading
      const read = { median: seconds(delay.percentile(50)), p99: seconds(delay.percentile(99)), max: seconds(delay.max) };
      delay.reset();
      return read;
    },
  };
}

/** Linux counts anonymous pages apart (proc(5), RssAnon): the mapped store is not among them. Elsewhere null. */
function privateBytes(): number | null {
  try {
    const kib = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return kib === undefined ? null : Number(kib) * 1024;
  } catch {
    return null;
  }
}
