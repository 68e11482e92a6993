// HalfSipHash-2-4 with 64 bits of output, over the UTF-16 code units of a string (each unit two bytes, low byte first).
// Why: compact tables are keyed by a hash instead of a string; the key makes collisions unfindable for whoever chooses the ids.
// Invariant: pure 32-bit arithmetic, so the same key and text give the same hash on every machine.
// Non-goal: confidentiality. It is a keyed hash for tables, not a pseudonym that may leave the process.

/** Two unsigned 32-bit words: `[k0, k1]`, the low and the high half of the 64-bit key. */
export type HashKey = readonly [k0: number, k1: number];

/**
 * Hashes strings under one key. `hash` leaves its answer in `low` and `high` (unsigned 32-bit) instead of allocating a pair:
 * it stands on the path of every event.
 * Source: J.-P. Aumasson, D. J. Bernstein, SipHash; HalfSipHash is the 32-bit variant in the authors' reference code.
 */
export class HalfSipHash {
  low = 0;
  high = 0;
  readonly #k0: number;
  readonly #k1: number;
  #units = new Uint16Array(256);

  constructor(key: HashKey) {
    this.#k0 = key[0] | 0;
    this.#k1 = key[1] | 0;
  }

  hash(text: string): void {
    this.#take(text, 0);
    this.#run(text.length);
  }

  /** The hash of `${first}\u0000${second}`, without making that string. */
  hashPair(first: string, second: string): void {
    this.#take(second, first.length + 1);
    this.#take(first, 0);
    this.#units[first.length] = 0;
    this.#run(first.length + 1 + second.length);
  }

  #take(text: string, from: number): void {
    if (from + text.length > this.#units.length) this.#units = new Uint16Array((from + text.length) * 2);
    const units = this.#units;
    for (let at = 0; at < text.length; at++) units[from + at] = text.charCodeAt(at);
  }

  #run(units: number): void {
    const text = this.#units;
    let v0 = this.#k0;
    let v1 = this.#k1 ^ 0xee;
    let v2 = this.#k0 ^ 0x6c796765;
    let v3 = this.#k1 ^ 0x74656462;
    const pairs = units >>> 1;
    // One more block than there are pairs of units: it carries the odd unit and the length in bytes. After it come four final rounds,
    // twice.
    for (let block = 0; block <= pairs; block++) {
      const at = block * 2;
      let word: number;
      if (block < pairs) word = (text[at] ?? 0) | ((text[at + 1] ?? 0) << 16);
      else word = (at < units ? (text[at] ?? 0) : 0) | (((units * 2) & 0xff) << 24);
      v3 ^= word;
      // Two rounds, written out: as a loop they take half as long again.
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      v0 ^= word;
    }
    v2 ^= 0xee;
    for (let half = 0; half < 2; half++) {
      for (let round = 0; round < 4; round++) {
        v0 = (v0 + v1) | 0;
        v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
        v0 = (v0 << 16) | (v0 >>> 16);
        v2 = (v2 + v3) | 0;
        v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
        v0 = (v0 + v3) | 0;
        v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
        v2 = (v2 + v1) | 0;
        v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
        v2 = (v2 << 16) | (v2 >>> 16);
      }
      if (half === 0) {
        this.low = (v1 ^ v3) >>> 0;
        v1 ^= 0xdd;
      } else this.high = (v1 ^ v3) >>> 0;
    }
  }
}
