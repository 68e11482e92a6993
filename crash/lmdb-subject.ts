// The two child processes of lmdb.crash.ts. `commit` goes through each of lmdb's doors in turn and marks each commit when the door says it
// is done: a mark is the key that was put, its value the key repeated. `check` reopens images and says of each whether it holds what was
// acknowledged; a process of its own, because on a disk that broke its promises lmdb may read a mapping past the file's end and die of
// SIGBUS.

import { existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';
import type { RootDatabase } from 'lmdb';

function openStore(path: string): RootDatabase<string, string> {
  const options = { path, safeRestore: true }; // lmdb's types do not know safeRestore, so no literal in the call
  return open<string, string>(options);
}

async function commit(root: string, marks: string, commits: number): Promise<void> {
  const store = openStore(join(root, 'state'));
  const marksFd = openSync(marks, 'a');
  for (let number = 0; number < commits; number++) {
    const key = `key-${number}`;
    const value = key.repeat(1 + (number % 90));
    const door = number % 4;
    if (door === 0) await store.put(key, value);
    else if (door === 1) store.putSync(key, value);
    // returning the promise would make it return before the sync
    else if (door === 2) store.transactionSync(() => void store.put(key, value));
    else await store.transaction(() => void store.put(key, value));
    writeSync(marksFd, key);
  }
  await store.close();
}

/** Prints `held` or `lost` for each image folder; `<folder>.acks` lists the acknowledged keys, one a line. */
async function check(images: readonly string[]): Promise<void> {
  for (const image of images) {
    const keys = readFileSync(`${image}.acks`, 'utf8').split('\n').slice(0, -1);
    const path = join(image, 'state');
    writeSync(1, keys.length === 0 || (existsSync(path) && (await holds(path, keys))) ? 'held\n' : 'lost\n');
  }
}

async function holds(path: string, keys: readonly string[]): Promise<boolean> {
  try {
    const store = openStore(path);
    const all = keys.every((key) => store.get(key)?.startsWith(key) === true);
    await store.close();
    return all;
  } catch {
    return false;
  }
}

const [script = '', mode, ...rest] = process.argv.slice(1);
if (script.endsWith('lmdb-subject.js')) {
  if (mode === 'commit') await commit(rest[0] ?? '', rest[1] ?? '', Number(rest[2]));
  else await check(rest);
}
