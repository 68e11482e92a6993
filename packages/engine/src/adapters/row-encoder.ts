// Turns text into UTF-8 inside large chunks, one allocation for hundreds of rows: a checkpoint writes tens of thousands at once.
// The chunks are never reused, because the store reads them from another thread until its transaction has ended.

const chunkBytes = 256 * 1024;
const utf8BytesPerUnitMax = 3;

export class RowEncoder {
  #chunk = Buffer.alloc(0);
  #at = 0;

  encode(text: string): Uint8Array {
    const room = text.length * utf8BytesPerUnitMax;
    if (this.#at + room > this.#chunk.length) {
      this.#chunk = Buffer.allocUnsafeSlow(Math.max(chunkBytes, room));
      this.#at = 0;
    }
    const start = this.#at;
    this.#at += this.#chunk.write(text, start, 'utf8');
    return this.#chunk.subarray(start, this.#at);
  }
}
