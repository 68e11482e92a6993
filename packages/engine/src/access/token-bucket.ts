// A token bucket: `perSecond` tokens come back a second, a second's worth may be spent at once. No timer: it is filled when it is looked
// at. Time is monotonic ms, given by the caller.

export class TokenBucket {
  readonly perSecond: number;
  #tokens: number;
  #atMs: number;

  constructor(perSecond: number, atMs: number) {
    this.perSecond = perSecond;
    this.#tokens = Math.max(1, perSecond);
    this.#atMs = atMs;
  }

  /** Takes one token; false when there is none. */
  take(nowMs: number): boolean {
    if (nowMs > this.#atMs) {
      this.#tokens = Math.min(Math.max(1, this.perSecond), this.#tokens + ((nowMs - this.#atMs) * this.perSecond) / 1000);
      this.#atMs = nowMs;
    }
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
