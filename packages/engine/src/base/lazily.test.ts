import { expect, it, vi } from 'vitest';
import { lazily } from './lazily.js';

it('makes it when it is asked for, once, also where it is nothing', () => {
  const make = vi.fn<() => undefined>(() => undefined);
  const asked = lazily(make);
  expect(make).not.toHaveBeenCalled();
  expect([asked(), asked()]).toEqual([undefined, undefined]);
  expect(make).toHaveBeenCalledTimes(1);
});
