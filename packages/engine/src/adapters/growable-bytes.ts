// The content of one file in memory: bytes that grow by doubling, zero where never written. For the disks of tests and of the simulator.

export class GrowableBytes {
  #bytes = new Uint8Array(0);
  #size = 0;

  static of(content: Uint8Array): GrowableBytes {
    const made = new GrowableBytes();
    made.write(0, content);
    return made;
  }

  get size(): number {
    return this.#size;
  }

  /** A copy of [at, at + length), shorter at the end. */
  read(at: number, length: number): Uint8Array {
    return this.#bytes.slice(Math.min(at, this.#size), Math.min(at + Math.max(0, length), this.#size));
  }

  /** Writes at `at`; a gap before it reads as zeros. Writing nothing changes nothing. */
  write(at: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (at + bytes.length > this.#size) this.resize(at + bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** Cuts, or extends by zeros. */
  resize(size: number): void {
    if (size < this.#size) this.#bytes.fill(0, size, this.#size);
    if (size > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(size, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, this.#size));
      this.#bytes = grown;
    }
    this.#size = size;
  }

  copy(): Uint8Array {
    return this.read(0, this.#size);
  }
}
