// Sparse bytes against a plain array that does the same: random puts, zeros, resizes and forks. A fork must never see the other side's
// writes.

import { describe, expect, it } from 'vitest';
import { CHUNK_BYTES, Content } from './content.js';
import { seededRandom } from './random.js';

describe('Content', () => {
  it('equals a plain array, and so does each fork taken on the way', () => {
    const random = seededRandom(3);
    const content = new Content();
    let plain = new Uint8Array(0);
    const forks: { readonly fork: Content; readonly bytes: Uint8Array }[] = [];
    for (let step = 0; step < 400; step++) {
      const at = random.below(3 * CHUNK_BYTES);
      const length = 1 + random.below(random.next() < 0.2 ? 2 * CHUNK_BYTES : 700);
      const kind = random.below(10);
      if (kind < 6) {
        plain = resized(plain, Math.max(plain.length, at + length));
        plain.fill(step % 256, at, at + length);
        content.put(at, new Uint8Array(length).fill(step % 256));
      } else if (kind < 8) {
        plain.fill(0, at, at + length);
        content.zero(at, length);
      } else if (kind < 9) {
        plain = resized(plain, at);
        content.resize(at);
      } else forks.push({ fork: content.fork(), bytes: plain.slice() });
      expect(Buffer.compare(content.bytes(), plain)).toBe(0);
    }
    expect(forks.length).toBeGreaterThan(10);
    for (const { fork, bytes } of forks) {
      expect(Buffer.compare(fork.bytes(), bytes)).toBe(0);
      fork.put(0, new Uint8Array(10).fill(255));
    }
    expect(Buffer.compare(content.bytes(), plain)).toBe(0);
  });
});

function resized(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  const next = new Uint8Array(size);
  next.set(bytes.subarray(0, size));
  return next;
}
