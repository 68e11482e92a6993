// What every Entropy must do. It shows freshness and rough evenness, not strength: strength is the source's own promise.
import { describe, expect, test } from 'vitest';
import type { Entropy } from './entropy.js';

export function entropySuite(name: string, make: () => Entropy): void {
  describe(`Entropy: ${name}`, () => {
    test.each([0, 1, 16, 32, 255, 256, 257, 4096, 10_000])('gives exactly %i bytes in a fresh array', (length) => {
      const entropy = make();
      const given = entropy.bytes(length);
      expect(given.length).toBe(length);
      expect(given.byteOffset).toBe(0);
      expect(given.buffer.byteLength).toBe(length);
    });

    test('never gives the same 16 bytes twice, across sizes and refills', () => {
      const entropy = make();
      const seen = new Set<string>();
      for (let n = 0; n < 5000; n++) {
        seen.add(entropy.bytes(16).join());
        if (n % 7 === 0) entropy.bytes(n % 300);
      }
      expect(seen.size).toBe(5000);
    });

    test('every byte value occurs about as often as the others', () => {
      const counts = new Array<number>(256).fill(0);
      const entropy = make();
      for (let n = 0; n < 800; n++) for (const byte of entropy.bytes(160)) counts[byte] = (counts[byte] ?? 0) + 1;
      // 500 expected, standard deviation 22: nine deviations either way.
      expect(Math.min(...counts)).toBeGreaterThan(300);
      expect(Math.max(...counts)).toBeLessThan(700);
    });
  });
}
