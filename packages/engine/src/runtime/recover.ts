// Recovery: from what is on disk to a core that reflects the whole log. State that is missing, of another format, or older than a redaction
// is wiped and rebuilt; else only what came after its position is folded. A log that ends before the state's position has lost its tail:
// refused.
import { canonicalJson } from '../base/canonical-json.js';
import { CodedError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { DiskError } from '../ports/disk.js';
import { decodeEvent } from '../model/event-codec.js';
import type { BehaviourEvent } from '../model/event.js';
import { everyPurpose } from '../collect/sequencer.js';
import { noDefinitions, type Definitions } from '../model/definitions.js';
import { DefinitionsInForce, definitionsIn } from '../understand/definitions-in-force.js';
import { correctionIn } from '../understand/history.js';
import { Core, stateFormatOf, type CoreOptions } from './core.js';

export type Progress = (done: number, total: number) => void;

export async function recover(options: CoreOptions, onProgress?: Progress): Promise<Core> {
  const { state } = options;
  const wasTrusted = state.head() !== null;
  try {
    return await recoverOnce(options, onProgress);
  } catch (error) {
    // A row that turned out to be damaged when it was read: the store says so by having no head any more.
    if (!(wasTrusted && state.head() === null && error instanceof DiskError && error.code === 'io')) throw error;
    await state.wipe();
    return recoverOnce(options, onProgress);
  }
}

async function recoverOnce(options: CoreOptions, onProgress?: Progress): Promise<Core> {
  const { log, state } = options;
  const head = state.head();
  let from = 0;
  let definitions: Definitions | undefined;
  const row = head === null ? undefined : state.get(DefinitionsInForce.tableName, DefinitionsInForce.key);
  const known = row === undefined ? noDefinitions : (JSON.parse(row) as Definitions); // written by that part of the fold
  if (head !== null && head.format === stateFormatOf(known) && head.redactions === log.redactions) {
    if (head.position > log.head) throw new CodedError('log_damaged', `the log ends at ${log.head}, the state saw ${head.position}`);
    from = head.position;
    definitions = known;
  } else {
    // Also what looks empty: a store that is distrusted shows nothing, and takes nothing before a wipe.
    await state.wipe();
  }
  let core = new Core(options, from, definitions);
  // Everything is folded with the newest definitions in the log. They are met at their position, so the fold begins anew there, knowing
  // them: seldom, and mostly near the start.
  for (let newest = from - 1; ;) {
    const changed = await replay(core, options, from, newest, onProgress);
    if (changed === undefined) break;
    newest = changed.position;
    from = 0;
    await state.wipe();
    core = new Core(options, from, changed.definitions);
  }
  onProgress?.(log.head - from, log.head - from);
  return core;
}

/** Folds the log from a position on; stops where other definitions stand, beyond the position of those that are known. */
async function replay(
  core: Core,
  options: CoreOptions,
  from: number,
  known: number,
  onProgress: Progress | undefined,
): Promise<{ readonly position: number; readonly definitions: Definitions } | undefined> {
  const { log } = options;
  const inForce = canonicalJson(core.definitions);
  let sinceCheckpoint = 0;
  for (const entry of log.read(from)) {
    const event = entry.bytes === null ? null : decodeEvent(entry.bytes, entry.mask);
    const definitions = event === null ? undefined : definitionsIn(event);
    if (definitions !== undefined && entry.position > known && canonicalJson(definitions) !== inForce)
      return { position: entry.position, definitions };
    if (event !== null) claim(core, event, entry.position);
    core.fold.apply({ position: entry.position, event });
    sinceCheckpoint += 1;
    if (sinceCheckpoint >= limits.replayCheckpointEvents || core.tables.pressure >= 1) {
      sinceCheckpoint = 0;
      await checkpoint(core, options);
    } else if (sinceCheckpoint % limits.replayTurnEvents !== 0) continue;
    onProgress?.(entry.position - from, log.head - from);
    await options.clock.yield();
  }
  return undefined;
}

/** The place of a corrected event is a gap by now; its id is taken all the same. */
function claim(core: Core, event: BehaviourEvent, position: number): void {
  const correction = correctionIn(event);
  if (correction !== undefined) return claim(core, correction.event, correction.at);
  // What the engine says itself (choices, decisions, links) has no id that a client could repeat.
  if (event.subject !== null && event.mask !== everyPurpose) core.dedupe.claim(event.subject, event.id, position);
}

/** Writes the state as it is at the fold's position. Rejects when the store cannot; the rows then wait for the next time. */
export async function checkpoint(core: Core, { log }: Pick<CoreOptions, 'log'>): Promise<void> {
  const position = core.fold.position;
  const ids = core.dedupe.changes(position);
  try {
    await core.tables.checkpoint({ position, redactions: log.redactions, format: stateFormatOf(core.definitions) }, ids);
  } catch (error) {
    core.dedupe.unsaved(ids);
    throw error;
  }
}
