// A folder that survives a power cut: its name is an entry of the folder above, and that has to be synced too, up to the root of the disk.
import type { Disk } from '../ports/disk.js';
import { folderOf } from './disk-path.js';

/** Makes the folder when missing. Syncs also when it is there: an earlier process may have made it and died. */
export async function makeDurableFolder(disk: Disk, folder: string): Promise<void> {
  disk.makeFolder(folder);
  for (let at = folder; at !== '';) {
    at = folderOf(at);
    await disk.syncFolder(at);
  }
}
