// What every HashStore must do. Adapters run it from their own tests; `reopen` gives the store as it is after its process has gone.
import { expect, test } from 'vitest';
import type { HashStore } from './hash-store.js';

const hashes = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes.flatMap((byte) => Array.from({ length: 32 }, () => byte)));

export function hashStoreSuite(
  name: string,
  make: () => Promise<{ store: HashStore; reopen: (store: HashStore) => Promise<HashStore> }>,
): void {
  test(`${name}: levels hold what was added, in order, until they are cut back; the note is the last one saved`, async () => {
    const { store, reopen } = await make();
    expect([store.count(0), store.count(3), store.note()]).toEqual([0, 0, null]);
    store.append(0, hashes(1, 2));
    store.append(0, hashes(3));
    store.append(1, hashes(9));
    expect([store.count(0), store.count(1)]).toEqual([3, 1]);
    expect([...store.read(0, 1, 2)]).toEqual([...hashes(2, 3)]);
    store.truncate(0, 2);
    store.truncate(5, 0);
    store.append(0, hashes(4));
    expect([...store.read(0, 0, 3)]).toEqual([...hashes(1, 2, 4)]);
    await store.save('first');
    await store.save('second');
    const again = await reopen(store);
    expect([again.count(0), again.count(1), again.note()]).toEqual([3, 1, 'second']);
    expect([...again.read(0, 2, 1)]).toEqual([...hashes(4)]);
    again.close();
  });
}
