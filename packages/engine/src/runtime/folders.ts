// The folders of a data folder. Their names must be on stable storage before anything in them is acknowledged: a synced file in a folder
// whose own name was never synced is gone after a power cut.
import type { Disk } from '../ports/disk.js';

export const logFolder = 'log';
export const keysFolder = 'keys';
/** Who was erased: outlives log, state and every backup. */
export const erasuresFolder = 'erasures';
/** The tree over the log's headers: follows from the log. */
export const ledgerFolder = 'ledger';
/** The key that signs checkpoints and receipts. */
export const signingFolder = 'signing';

/** What a law obliges to keep of people who were erased. */
export const keptFolder = 'kept';

/** Makes the folders, if missing, and their names durable. */
export async function prepareFolders(disk: Disk): Promise<void> {
  disk.makeFolder('');
  disk.makeFolder(logFolder);
  disk.makeFolder(keysFolder);
  disk.makeFolder(erasuresFolder);
  disk.makeFolder(keptFolder);
  await disk.syncFolder('');
}
