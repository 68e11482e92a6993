// What every Draw must do. `make` gives a draw under the salt of that number.
import { describe, expect, test } from 'vitest';
import type { Draw } from './draw.js';

export function drawSuite(name: string, make: (salt: number) => Draw): void {
  describe(`Draw: ${name}`, () => {
    test('is a uint32 that depends on salt, decision and index, and on nothing drawn before', () => {
      const draw = make(1);
      const first = draw.uint32('decision-1', 0);
      expect(Number.isInteger(first) && first >= 0 && first < 2 ** 32).toBe(true);
      for (let n = 0; n < 50; n++) draw.uint32(`other-${n}`, n);
      expect(draw.uint32('decision-1', 0)).toBe(first);
      expect(make(1).uint32('decision-1', 0)).toBe(first);
      expect(draw.uint32('decision-1', 1)).not.toBe(first);
      expect(draw.uint32('decision-2', 0)).not.toBe(first);
      expect(make(2).uint32('decision-1', 0)).not.toBe(first);
    });

    test('id and index cannot be confused', () => {
      const draw = make(1);
      expect(draw.uint32('d1', 1)).not.toBe(draw.uint32('d', 11));
      expect(draw.uint32('d', 11)).not.toBe(draw.uint32('d1', 1));
    });

    test('draws are even over decisions and over indices', () => {
      const draw = make(3);
      const counts = new Array<number>(16).fill(0);
      for (let n = 0; n < 1600; n++) {
        for (const drawn of [draw.uint32(`d-${n}`, 0), draw.uint32('one', n)]) counts[drawn >>> 28] = (counts[drawn >>> 28] ?? 0) + 1;
      }
      // 200 expected, standard deviation 14.
      expect(Math.min(...counts)).toBeGreaterThan(130);
      expect(Math.max(...counts)).toBeLessThan(270);
    });
  });
}
