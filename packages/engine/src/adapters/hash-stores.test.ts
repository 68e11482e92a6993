import { hashStoreSuite } from '../ports/hash-store.suite.js';
import { HashFiles } from './hash-files.js';
import { MemoryDisk } from './memory-disk.js';
import { MemoryHashes } from './memory-hashes.js';

hashStoreSuite('in memory', () => Promise.resolve({ store: new MemoryHashes(), reopen: (store) => Promise.resolve(store) }));

hashStoreSuite('in files', async () => {
  const disk = new MemoryDisk();
  const store = await HashFiles.open(disk, 'ledger');
  return {
    store,
    reopen: (open) => {
      open.close();
      return HashFiles.open(disk, 'ledger');
    },
  };
});
