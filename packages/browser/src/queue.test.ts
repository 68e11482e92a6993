// The queue and its neighbours without a browser: order, bounds, times, and how long to wait.
import { describe, expect, test, vi, afterEach } from 'vitest';
import { purposes as enginePurposes } from '../../engine/src/model/purpose.js';
import { backOffMs, delayMsMax, firstDelayMs } from './back-off.js';
import { decisionMs, decisionsMax, remembering } from './decisions.js';
import { purposes } from './purpose.js';
import { entriesMax, entryQueue, requestCharsMax, requestEntriesMax, type Queue } from './queue.js';
import { browserStore, type Store } from './store.js';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function memoryStore(): Store & { readonly map: Map<string, string> } {
  const map = new Map<string, string>();
  return {
    map,
    get: (key) => map.get(key) ?? null,
    set: (key, value) => void map.set(key, value),
    remove: (key) => void map.delete(key),
    keys: () => [...map.keys()].toSorted().toReversed(),
  };
}

const same = (ms: number): number => ms;
const parsed = (queue: Queue, dated = same): unknown[] => (queue.head(dated)?.texts ?? []).map((text) => JSON.parse(text) as unknown);

test('the purposes are the engine\u2019s', () => {
  expect(purposes).toEqual(enginePurposes);
});

describe('the queue', () => {
  test('gives choices first, one at a time, then events in the order in which they were captured', () => {
    vi.useFakeTimers({ now: 1_700_000_000_000 });
    const queue = entryQueue(memoryStore(), () => undefined, 'tab');
    for (let n = 0; n < 12; n += 1) queue.pushEvent({ n });
    queue.pushChoice({ c: 1 }, 1_600_000_000_000);
    queue.pushChoice({ c: 2 }, 1_600_000_000_000);
    expect(parsed(queue, () => 0)).toEqual([{ c: 1, timestamp: '2020-09-13T12:26:40.000Z' }]);
    queue.remove(queue.head(same)?.keys ?? []);
    expect(queue.head(same)).toMatchObject({ isChoice: true, keys: { length: 1 } });
    queue.clearEvents();
    expect(parsed(queue)).toMatchObject([{ c: 2 }]);
    queue.remove(queue.head(same)?.keys ?? []);
    expect(queue.head(same)).toBeNull();
    for (let n = 0; n < 12; n += 1) queue.pushEvent({ n });
    expect(parsed(queue).map((each) => (each as { n: number }).n)).toEqual(Array.from({ length: 12 }, (_, n) => n));
    expect(parsed(queue, () => 0)[0]).toEqual({ n: 0, timestamp: '1970-01-01T00:00:00.000Z' });
  });

  test('is bounded: the oldest event goes and is told of, a choice never', () => {
    let full = 0;
    const store = memoryStore();
    const queue = entryQueue(store, () => (full += 1), 'tab');
    queue.pushChoice({ c: 1 }, 1_600_000_000_000);
    for (let n = 0; n < entriesMax + 3; n += 1) queue.pushEvent({ n });
    expect([full, store.map.size]).toEqual([3, entriesMax + 1]);
    queue.remove(queue.head(same)?.keys ?? []);
    expect(parsed(queue)[0]).toMatchObject({ n: 3 });
    expect(parsed(queue)).toHaveLength(requestEntriesMax);
  });

  test('a request is bounded in characters; what is too long by itself goes alone', () => {
    const queue = entryQueue(memoryStore(), () => undefined, 'tab');
    queue.pushEvent({ text: 'x'.repeat(requestCharsMax + 1) });
    queue.pushEvent({ text: 'x'.repeat(requestCharsMax / 2) });
    queue.pushEvent({ text: 'x'.repeat(requestCharsMax / 2) });
    for (const _ of [1, 2, 3]) {
      expect(parsed(queue)).toHaveLength(1);
      queue.remove(queue.head(same)?.keys ?? []);
    }
    expect(queue.head(same)).toBeNull();
  });

  test('two tabs share it without overwriting one another', () => {
    vi.useFakeTimers({ now: 1_700_000_000_000 });
    const store = memoryStore();
    for (const tag of ['one', 'two']) entryQueue(store, () => undefined, tag).pushEvent({ tag });
    expect(store.map.size).toBe(2);
  });
});

describe('where storage is refused or full', () => {
  test.each(['get', 'set'])('%s', (refuses) => {
    const broken = {
      getItem: () => null,
      setItem: () => {
        throw new Error('full');
      },
      removeItem: () => undefined,
    };
    if (refuses === 'set') vi.stubGlobal('localStorage', broken);
    const store = browserStore();
    store.set('a', '1');
    expect([store.get('a'), store.keys().includes('a')]).toEqual(['1', true]);
    store.remove('a');
    expect(store.get('a')).toBeNull();
  });
});

describe('back-off', () => {
  test('doubles up to its limit, at least half of it fixed', () => {
    expect([0, 1, 2, 3].map((failures) => backOffMs(failures, null, 0, 0) / firstDelayMs)).toEqual([0.5, 1, 2, 4]);
    expect(backOffMs(0, null, 0.999, 0)).toBeLessThan(firstDelayMs);
    expect(backOffMs(60, null, 1, 0)).toBe(delayMsMax);
  });

  test('never sooner than Retry-After says, in seconds or as a date; nonsense counts for nothing', () => {
    expect(backOffMs(0, '7', 0, 0)).toBe(7_000 + firstDelayMs / 2);
    expect(backOffMs(0, 'Thu, 01 Jan 1970 00:00:09 GMT', 0, 1_000)).toBe(8_000 + firstDelayMs / 2);
    const now = Date.UTC(2026, 0);
    for (const odd of ['soon', '-5', 'Thu, 01 Jan 1970 00:00:00 GMT']) expect(backOffMs(0, odd, 0, now)).toBe(firstDelayMs / 2);
    expect(backOffMs(0, '99999999', 0, 0)).toBeLessThanOrEqual(3_600_000 + firstDelayMs);
  });
});

describe('remembered answers', () => {
  test('serve for a while, and longer when no other comes; failures are not kept', async () => {
    vi.useFakeTimers({ now: 0 });
    const remember = remembering<number>();
    let asked = 0;
    let answers: number | undefined = 1;
    const ask = (key = 'a'): Promise<number | undefined> =>
      remember(key, () => {
        asked += 1;
        return Promise.resolve(answers);
      });
    expect([await ask(), await ask(), asked]).toEqual([1, 1, 1]);
    vi.setSystemTime(decisionMs);
    answers = undefined;
    expect([await ask(), asked]).toEqual([1, 2]);
    answers = 2;
    expect([await ask(), await ask(), asked]).toEqual([2, 2, 3]);
    answers = undefined;
    expect([await ask('b'), await ask('b'), asked]).toEqual([undefined, undefined, 5]);
  });

  test('are bounded: the oldest goes', async () => {
    const remember = remembering<number>();
    const asked: number[] = [];
    const ask = (at: number): Promise<number | undefined> => remember(`k${at}`, () => Promise.resolve(asked.push(at)));
    for (let at = 0; at <= decisionsMax; at += 1) await ask(at);
    await ask(decisionsMax);
    expect(asked).toHaveLength(decisionsMax + 1);
    await ask(0);
    expect(asked).toHaveLength(decisionsMax + 2);
  });
});
