// What a page is answered when the server is gone: the decision of before, each time, until there is a fresh one.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { decisionMs, decisionsMax, remembering } from './decisions.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const answered = (text?: string) => (): Promise<string | undefined> => Promise.resolve(text);
const gone = answered();

test('a decision that is held serves every call while the server is gone, and a fresh one takes its place', async () => {
  const remember = remembering<string>();
  const never = vi.fn<() => Promise<undefined>>();
  expect(await remember('home', answered('d1'))).toBe('d1');
  vi.advanceTimersByTime(decisionMs - 1);
  expect(await remember('home', never)).toBe('d1');
  expect(never).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  for (let call = 0; call < 3; call += 1) expect(await remember('home', gone)).toBe('d1');
  vi.advanceTimersByTime(decisionMs);
  // Two at once, too: they wait for one answer.
  expect(await Promise.all([remember('home', gone), remember('home', never)])).toEqual(['d1', 'd1']);
  expect(await remember('home', answered('d2'))).toBe('d2');
  expect(await remember('home', never)).toBe('d2');
  expect(never).not.toHaveBeenCalled();
});

test('where none is held no answer is undefined, and is asked for again', async () => {
  const remember = remembering<string>();
  for (let call = 0; call < 2; call += 1) expect(await remember('home', gone)).toBeUndefined();
  expect(await remember('home', answered('d1'))).toBe('d1');
  expect(await remember('other', gone)).toBeUndefined();
});

test('only so many are held: the oldest goes', async () => {
  const remember = remembering<string>();
  for (let at = 0; at <= decisionsMax; at += 1) await remember(`${at}`, answered('held'));
  vi.advanceTimersByTime(decisionMs);
  expect([await remember('0', gone), await remember(`${decisionsMax}`, gone)]).toEqual([undefined, 'held']);
  // What is put back does not go past the bound either: this one is ousted while it is asked for.
  const asked = remember('2', gone);
  const names = Array.from({ length: decisionsMax }, (_, at) => `new ${at}`);
  await Promise.all(names.map((name) => remember(name, answered('fresh'))));
  expect(await asked).toBe('held');
  expect(await remember('2', gone)).toBeUndefined();
});
