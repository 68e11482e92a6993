// Whom the history names for what a command did in a folder: the id of the key in ETHOGRAM_KEY, where that is a live key of this folder, so
// that several operators of one machine can be told apart; else `operator`, whoever has the folder itself. It proves no more than a key
// does: whoever has the folder may leave the key out. The text of a key is written nowhere.
import { KeyRing } from '../access/key-ring.js';
import { KeyStore } from '../access/key-store.js';
import { NodeDisk } from '../adapters/node-disk.js';
import { SystemClock } from '../adapters/system-clock.js';
import { SystemEntropy } from '../adapters/system-entropy.js';

export function callerAt(path: string, key = process.env['ETHOGRAM_KEY']): string {
  if (key === undefined || key === '') return 'operator';
  const ring = new KeyRing({ store: new KeyStore(new NodeDisk(path), new SystemEntropy()), clock: new SystemClock() });
  try {
    return ring.find(key)?.id ?? 'operator';
  } finally {
    ring.close();
  }
}
