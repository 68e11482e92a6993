// The thread that seals by person, and the same told to end: it looks while it works, and the keys that it had are overwritten.
import { expect, test } from 'vitest';
import { FileLog } from './file-log/file-log.js';
import { ResealEnded, type Resealed, type ResealInput } from './file-log/reseal.js';
import { ManualClock } from './manual-clock.js';
import { MemoryDisk } from './memory-disk.js';
import { MemoryKeys } from './memory-keys.js';
import { ResealThread } from './reseal-thread-owner.js';
import { SeededEntropy } from './seeded-entropy.js';

/** What a log of these many records asks of whoever seals for it. */
async function inputOf(records: number): Promise<ResealInput> {
  const [clock, entropy] = [new ManualClock(), new SeededEntropy(1)];
  let asked: ResealInput | undefined;
  const log = await FileLog.open({
    disk: new MemoryDisk(),
    folder: 'log',
    keys: new MemoryKeys(entropy),
    entropy,
    clock,
    limits: { hotMs: 1_000, compactEveryMs: 100 },
    onFailure: (error) => expect.unreachable(error.message),
    resealer: {
      reseal(input) {
        asked = input;
        return Promise.reject(new ResealEnded('it is done elsewhere'));
      },
      end: () => undefined,
      close: () => Promise.resolve(),
    },
  });
  for (let record = 0; record < records; record += 1) log.append([{ bytes: Buffer.from(`["${record}"]`), mask: 1, subject: null }]);
  clock.advance(5_000);
  await expect(log.compact({ dueOnly: true })).rejects.toMatchObject({ code: 'compaction_stopped' });
  await log.close();
  return asked ?? expect.unreachable('it was asked');
}

/** The same with keys in memory that both ends have, and a way to look at them. */
function shared(input: ResealInput): { readonly input: ResealInput; readonly keys: () => number[] } {
  const keys: Uint8Array[] = [];
  const sources = input.sources.map((source) => ({
    ...source,
    bytes: Uint8Array.from(source.bytes),
    keys: source.keys.map(([id, key]) => {
      const copy = new Uint8Array(new SharedArrayBuffer(key.length));
      copy.set(key);
      keys.push(copy);
      return [id, copy] as const;
    }),
  }));
  return { input: { ...input, sources }, keys: () => keys.flatMap((key) => [...key]) };
}

test('A thread seals, ends when it is told to, and leaves no keys either time', async () => {
  const input = await inputOf(40);
  const thread = new ResealThread();
  const first = shared(input);
  const done: Resealed = await thread.reseal(first.input);
  expect(done.below).toBe(40);
  expect(first.keys()).toEqual(new Array(32).fill(0));
  // So much that it is told to end long before it is done, whichever of the two threads runs first.
  const second = shared(await inputOf(8_000));
  expect(second.keys()).not.toEqual(new Array(32).fill(0));
  const ended = thread.reseal(second.input);
  thread.end();
  await expect(ended).rejects.toBeInstanceOf(ResealEnded);
  expect(second.keys()).toEqual(new Array(32).fill(0));
  await thread.close();
});

test('who hands the keys over keeps none of them', async () => {
  const { sources, ...more } = await inputOf(40);
  // The bytes go over to the thread, the keys are copied.
  const input = { ...more, sources: sources.map((source) => ({ ...source, bytes: Uint8Array.from(source.bytes) })) };
  const keys = (): number[] => input.sources.flatMap((source) => source.keys.flatMap(([, key]) => [...key]));
  expect(keys()).not.toEqual(new Array(32).fill(0));
  const thread = new ResealThread();
  const sealing = thread.reseal(input);
  expect(keys()).toEqual(new Array(32).fill(0));
  expect((await sealing).below).toBe(40);
  await thread.close();
});
