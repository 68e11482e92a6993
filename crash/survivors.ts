// What is left in a data folder after a crash, against what was acknowledged before it.
import { open, type Engine } from 'ethogram';
import { MemoryDisk } from 'ethogram/internal/adapters/memory-disk';
import { MemoryState } from 'ethogram/internal/adapters/memory-state';
import { SystemClock } from 'ethogram/internal/adapters/system-clock';
import { KeyedDraw } from 'ethogram/internal/adapters/keyed-draw';
import { decodeEvent } from 'ethogram/internal/model/event-codec';
import { Suppressions } from 'ethogram/internal/consent/suppressions';
import { recover } from 'ethogram/internal/runtime/recover';

export interface Survivors {
  readonly opened: boolean;
  readonly acked: number;
  /** Acknowledged and not there, or erased and still there. */
  readonly lost: number;
  /** `verify` found something, or state is not the fold of the log. */
  readonly problems: readonly string[];
}

export async function survivors(folder: string, promises: readonly string[]): Promise<Survivors> {
  let engine: Engine;
  try {
    engine = await open(folder, {
      tickMs: 0,
      logLimits: { segmentBytes: 256 * 1024, reserveBytes: 64 * 1024, recordBytesMax: 128 * 1024 },
    });
  } catch (error) {
    return { opened: false, acked: promises.length, lost: promises.length, problems: [String(error)] };
  }
  try {
    const present = new Set<string>();
    const subjects = new Set<string>();
    for (const entry of engine.log.read(0)) {
      if (entry.bytes === null) continue;
      const { subject, id } = decodeEvent(entry.bytes, entry.mask);
      if (subject === null) continue;
      present.add(`${subject} ${id}`);
      subjects.add(subject);
    }
    const lost = promises.filter((promise) =>
      promise.startsWith('erased ') ? subjects.has(promise.slice(7)) : !present.has(promise),
    ).length;
    const report = await engine.verify();
    const problems = [...report.problems];
    const rebuilt = await recover({
      log: engine.log,
      state: new MemoryState(),
      clock: new SystemClock(),
      draw: new KeyedDraw(new Uint8Array(32)),
      hashKey: engine.hashKey,
      suppressions: await Suppressions.open(new MemoryDisk(), 'erasures', (subject) => subject),
    });
    const [live, fresh] = [[...(await engine.dump())], [...rebuilt.dump()]];
    const at = live.findIndex((line, index) => line !== fresh[index]);
    if (at >= 0 || live.length !== fresh.length)
      problems.push(
        `state is not the fold of the log: ${live[at]?.slice(0, 200) ?? 'its end'} instead of ${fresh[at]?.slice(0, 200) ?? 'nothing'}`,
      );
    return { opened: true, acked: promises.length, lost, problems };
  } finally {
    await engine.close();
  }
}

export function promisesIn(text: string): string[] {
  const lines = text.split('\n');
  lines.pop();
  return lines;
}
