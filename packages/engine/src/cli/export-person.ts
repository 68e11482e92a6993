// The copy that a person may have of what is kept about them (GDPR art. 15 and 20), as lines of JSON or as the archive, a ZIP. It rests on
// the person's own right and not on a purpose, so it goes to that person and nobody else.
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { personLines as linesOf } from '../runtime/archive.js';
import type { Engine } from '../runtime/engine.js';
import { UsageError } from './arguments.js';
import { pathRefusal } from './path-refusal.js';

/** Lines of JSON, the profile first, then each id in the order of the log. Throws CodedError subject_unknown. */
export function personLines(engine: Engine, subject: string): Iterable<string> {
  return linesOf(subject, engine.archiveParts);
}

/**
 * Writes a new file that its owner alone may read; undefined, and no file, once `isStopped`. Throws UsageError when it is there, CodedError
 * subject_unknown, path_refused, disk_full.
 */
export async function writeArchive(
  engine: Engine,
  subject: string,
  path: string,
  isStopped: () => boolean,
): Promise<{ readonly bytes: number } | undefined> {
  const archive = engine.archive(subject);
  const first = await archive.next();
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  let bytes = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for (let piece = first; !piece.done && !isStopped(); piece = await archive.next()) {
      bytes += piece.value.length;
      yield piece.value;
    }
  }
  try {
    await pipeline(counted(), file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw new UsageError('the file of --out is there already');
    // A path on which no file can be made has none to remove.
    await rm(path, { force: true }).catch(() => undefined);
    throw pathRefusal(error) ?? error;
  }
  if (!isStopped()) return { bytes };
  await rm(path, { force: true });
  return undefined;
}

export function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
