// Opens the embedded engine in a folder: file log, key file, LMDB state. The one place where adapters meet the engine.
//
//   FOLDER/log     the log: the only truth            FOLDER/state    LMDB, rebuilt from the log when in doubt
//   FOLDER/keys    the key store                      FOLDER/tenant.json   salts and ids of this tenant, not personal
//   FOLDER/erasures  who was erased, as keyed hashes: outlives log, state and backups
//   FOLDER/kept    what a law obliges to keep of the erased, sealed apart
//   FOLDER/ledger    the Merkle tree over the log's headers, rebuilt from the log when in doubt
//   FOLDER/signing   the key that signs checkpoints and receipts
import { basename, dirname, resolve } from 'node:path';
import { ResealThread } from '../adapters/reseal-thread-owner.js';
import { FileLog } from '../adapters/file-log/file-log.js';
import type { FileLogLimits } from '../adapters/file-log/file-log-limits.js';
import { HashFiles } from '../adapters/hash-files.js';
import { KeptFiles } from '../adapters/kept-files.js';
import { KeyedProofs } from '../adapters/keyed-proofs.js';
import { KeyFile, type KeyFileOptions } from '../adapters/key-file.js';
import { KeyedDraw } from '../adapters/keyed-draw.js';
import { LmdbState } from '../adapters/lmdb-state.js';
import { NodeDisk } from '../adapters/node-disk.js';
import { openSigner } from '../adapters/signing-keys.js';
import { subjectTags } from '../adapters/subject-tags.js';
import { sealedTickets, type Tickets } from '../adapters/sealed-tickets.js';
import { SystemClock } from '../adapters/system-clock.js';
import { SystemEntropy } from '../adapters/system-entropy.js';
import { CodedError } from '../base/errors.js';
import type { Clock } from '../ports/clock.js';
import type { Disk } from '../ports/disk.js';
import type { Entropy } from '../ports/entropy.js';
import type { Wrapping } from '../ports/wrapping.js';
import { Suppressions } from '../consent/suppressions.js';
import { filesFolder, manifestName } from './backup.js';
import { erasuresFolder, keptFolder, keysFolder, ledgerFolder, logFolder, prepareFolders, signingFolder } from './folders.js';
import { closeAll } from './close-all.js';
import { combine } from '../pack/combined.js';
import type { Pack } from '../pack/pack.js';
import { defaultPoints, Engine } from './engine.js';
import type { EngineOptions } from './engine-options.js';
import { shopTypes } from './shop-types.js';
import { surroundings } from './surroundings.js';
import { openTenant } from './tenant.js';

export type OpenOptions = Partial<
  Pick<
    EngineOptions,
    | 'eventTypes'
    | 'points'
    | 'deployment'
    | 'choicePoints'
    | 'planPoints'
    | 'definitions'
    | 'onHalt'
    | 'onReplay'
    | 'checkpointMs'
    | 'compactEveryMs'
    | 'tickMs'
    | 'modelWindowPositions'
    | 'dedupePositions'
    | 'clock'
    | 'entropy'
  >
> & {
  /** Sizes of the log's files: smaller ones turn over sooner, which is what crash tests want. */
  readonly logLimits?: Partial<FileLogLimits>;
  /**
   * Who wraps the keys of the folder: a folder of this machine, best on another disk, or a key service. If absent, the wrapping key lies in
   * FOLDER/keys, beside what it wraps; naming a place later moves it there. docs/keys.md tells what follows for backups.
   */
  readonly wrapping?: string | Wrapping | undefined;
  /** The folder is a copy of one that may be in use, as a restored backup is: its keys part from the other's, which are left alone. */
  readonly isCopy?: boolean;
  /**
   * Packs beside the built-in vocabulary. Without: what earlier ones defined for the fold goes on; with an empty list it ends. A change of
   * what they define folds the log anew.
   */
  readonly packs?: readonly Pack[];
};

/**
 * Opens (and makes, if missing) the engine in `folder`. Rejects with CodedError: data_folder_locked, tenant_damaged, log_damaged,
 * log_version, law_gate, pack_wrong, folder_is_backup.
 */
export async function open(folder: string, options: OpenOptions = {}): Promise<Engine> {
  refuseBackup(folder);
  const { packs } = options;
  // Before anything is made: a pack that is wrong opens nothing.
  if (packs !== undefined) packOptions(packs, options);
  const disk = new NodeDisk(folder);
  const clock: Clock = options.clock ?? new SystemClock();
  const entropy: Entropy = options.entropy ?? new SystemEntropy();
  await prepareFolders(disk);
  const tenant = await openTenant(disk, entropy);
  const onHalt =
    options.onHalt ??
    ((error: unknown): void => {
      throw error;
    });
  const { isCopy = false } = options;
  const added = packs === undefined ? {} : packOptions(packs, options);
  const drawSalt = Buffer.from(tenant.drawSalt, 'base64');
  const draw = new KeyedDraw(drawSalt);
  /** What is open already, the newest first. */
  const opened: (() => unknown)[] = [];
  const stores = async (): Promise<Pick<EngineOptions, 'keys' | 'log' | 'state' | 'suppressions' | 'kept' | 'hashes' | 'signer'>> => {
    const keys = await KeyFile.open({ disk, folder: keysFolder, ...wrappedBy(disk, options.wrapping), isCopy, entropy });
    opened.unshift(() => keys.close());
    const log = await FileLog.open({
      disk,
      folder: logFolder,
      keys,
      entropy,
      clock,
      onFailure: onHalt,
      resealer: new ResealThread(),
      ...(options.logLimits === undefined ? {} : { limits: options.logLimits }),
    });
    opened.unshift(() => log.close());
    const state = new LmdbState(`${folder}/state`);
    opened.unshift(() => state.close());
    // Of the tenant, so that a list fits every backup of the same tenant.
    const suppressions = await Suppressions.open(disk, erasuresFolder, subjectTags(drawSalt, 'ethogram suppressions'));
    opened.unshift(() => suppressions.close());
    const kept = await KeptFiles.open({ disk, folder: keptFolder, keys, entropy });
    const hashes = await HashFiles.open(disk, ledgerFolder);
    opened.unshift(() => hashes.close());
    const signer = await openSigner({ disk, folder: signingFolder }, entropy);
    return { keys, log, state, suppressions, kept, hashes, signer };
  };
  const beneath = await stores().catch(async (error: unknown) => {
    await closeAll(opened).catch(() => undefined);
    throw error;
  });
  return Engine.open({
    ...options,
    ...added,
    ...beneath,
    disk,
    proofs: new KeyedProofs(drawSalt),
    clock,
    entropy,
    draw,
    hashKey: tenant.hashKey,
    onHalt,
  });
}

/**
 * Throws CodedError folder_is_backup for a backup, or the files in it: opened, it would serve whoever was erased since, and be none any
 * more.
 */
export function refuseBackup(folder: string): void {
  const path = resolve(folder);
  const around = basename(path) === filesFolder ? [path, dirname(path)] : [path];
  if (around.some((each) => new NodeDisk(each).exists(manifestName))) throw new CodedError('folder_is_backup');
}

/** What packs add to options. Throws CodedError pack_wrong. */
export function packOptions(packs: readonly Pack[], options: OpenOptions): Partial<EngineOptions> {
  const { eventTypes = shopTypes, points = defaultPoints, choicePoints = [], planPoints = [] } = options;
  const names = [...points, ...choicePoints, ...planPoints].map(({ name }) => name);
  const added = combine(packs, { ...surroundings, eventTypes, decisionPoints: points, choicePoints, points: names });
  return { ...added, planPoints: [...planPoints, ...added.planPoints] };
}

/** Where the wrapping key of a data folder is, for whoever opens its key store. */
export function wrappedBy(disk: Disk, wrapping: string | Wrapping | undefined): Pick<KeyFileOptions, 'wrapping' | 'movesFrom'> {
  const inside = { disk, folder: keysFolder };
  if (wrapping === undefined) return { wrapping: inside };
  return { wrapping: typeof wrapping === 'string' ? { disk: new NodeDisk(wrapping), folder: '' } : wrapping, movesFrom: inside };
}

/** Seals for the portal, by a key of the tenant's own: links hold on every door over the same folder. */
export async function portalTickets(disk: Disk, entropy: Entropy): Promise<Tickets> {
  const tenant = await openTenant(disk, entropy);
  return sealedTickets(Buffer.from(tenant.drawSalt, 'base64'), 'ethogram portal', entropy);
}
