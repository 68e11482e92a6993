// Admission of events under load: what would wait too long is refused before its body is read, so that the time of the process goes into
// what is taken. Decisions do not pass here: a flood of events does not refuse them, and the bound on the work between two of them is
// what keeps them quick.
//
// The measure is bytes of event bodies that are whole and not answered yet, known before anything is parsed. How many may be is learned
// (additive increase, multiplicative decrease): answers later than limits.ingestTargetMs, and than twice the fastest seen lately, mean
// less at once; full use without such answers means more. By Little's law this bounds the wait of what is taken, whatever is offered
// (compare CoDel, RFC 8289, which bounds a queue by its time too, but drops after queueing).
// What may have waited in its socket while the process stood still (LoopLag) is refused too, while there is more than can be taken: its
// time is up already, and others just as good come at once.
// A refusal is held back for a moment: who sends again at once, on the same connection, then costs next to nothing.
import { limits } from '../base/limits.js';
import type { Clock } from '../ports/clock.js';
import { LoopLag } from './loop-lag.js';

const windowAnswersMin = 16;
const windowMs = 50;
const fastestForMs = 30_000;
const startBytes = 8 * 1024 * 1024;
/** For so long after it was full it counts as crowded; and a stop of the process is not believed to be longer than this: it idled then. */
const crowdedForMs = 100;
const stallMsMax = 1_000;

export class Admission {
  readonly #clock: Clock;
  #limit = startBytes;
  #inFlight = 0;
  #refused = 0;
  readonly #lag: LoopLag;
  #fullAtMs = -Infinity;
  // the window in progress
  #refusedBefore = 0;
  #answers = 0;
  #slow = 0;
  #sumMs = 0;
  #pressed = false;
  #windowFrom = 0;
  // the fastest mean of a window, in this period and in the one before
  #fastest = Infinity;
  #fastestBefore = Infinity;
  #periodFrom = 0;
  #held: { readonly dueMs: number; readonly answer: () => void }[] = [];
  #timer: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#lag = new LoopLag(clock);
  }

  get inFlightBytes(): number {
    return this.#inFlight;
  }

  get limitBytes(): number {
    return this.#limit;
  }

  /** Requests refused so far. */
  get refused(): number {
    return this.#refused;
  }

  /**
   * Would a body of so many bytes be taken now? Asked when its head is there, so that it need not be read. Nothing is set aside for it: who
   * announces a body and then sends it slowly, or never, would else keep the others out without a byte.
   */
  offer(bytes: number): boolean {
    const nowMs = this.#clock.elapsedMs();
    const sinceMs = this.#lag.sinceMs();
    const crowded = this.#inFlight > 0 && this.#fullAtMs >= Math.max(sinceMs - crowdedForMs, nowMs - stallMsMax);
    if (this.#inFlight > 0 && this.#inFlight + bytes > this.#limit) {
      this.#fullAtMs = nowMs;
      this.#refuse();
      return false;
    }
    if (!crowded || nowMs - sinceMs <= limits.ingestStallTimes * this.slowMs) return true;
    this.#refuse();
    return false;
  }

  /** May a body that is whole come in? If so, `leave` must follow, whatever becomes of it. One alone always may. */
  enter(bytes: number): boolean {
    const then = this.#inFlight + bytes;
    if (then > this.#limit) this.#pressed = true;
    if (then > this.#limit && this.#inFlight > 0) {
      this.#refuse();
      return false;
    }
    this.#inFlight = then;
    return true;
  }

  #refuse(): void {
    this.#pressed = true;
    this.#refused += 1;
  }

  /** The body has been answered; `sinceMs`: when it was whole, by the monotonic clock, or null when it never got that far. */
  leave(bytes: number, sinceMs: number | null): void {
    this.#inFlight -= bytes;
    if (sinceMs === null) return;
    const nowMs = this.#clock.elapsedMs();
    const tookMs = nowMs - sinceMs;
    this.#answers += 1;
    this.#sumMs += tookMs;
    if (tookMs > this.slowMs) this.#slow += 1;
    if (this.#answers >= windowAnswersMin && nowMs - this.#windowFrom >= windowMs) this.#turn(nowMs);
  }

  /** An answer that takes longer than this is slow. */
  get slowMs(): number {
    const fastest = Math.min(this.#fastest, this.#fastestBefore);
    return Math.max(limits.ingestTargetMs, fastest === Infinity ? 0 : 2 * fastest);
  }

  /** Gives the answer of a refusal a little later; at once when too many are held already. */
  hold(answer: () => void): void {
    if (this.#held.length >= limits.refusalsHeldMax) return answer();
    this.#held.push({ dueMs: this.#clock.elapsedMs() + limits.refusalHoldMs, answer });
    this.#timer ??= this.#clock.after(limits.refusalHoldMs, () => this.#release());
  }

  /** Gives every answer that is held back. */
  close(): void {
    this.#timer?.();
    this.#timer = null;
    const held = this.#held;
    this.#held = [];
    for (const each of held) each.answer();
  }

  #release(): void {
    this.#timer = null;
    const nowMs = this.#clock.elapsedMs();
    let due = 0;
    while (due < this.#held.length && (this.#held[due]?.dueMs ?? 0) <= nowMs) due += 1;
    const given = this.#held.splice(0, due);
    const next = this.#held[0];
    // At least a quarter of the hold between two rounds: one timer serves many.
    if (next !== undefined) this.#timer = this.#clock.after(Math.max(limits.refusalHoldMs / 4, next.dueMs - nowMs), () => this.#release());
    for (const each of given) each.answer();
  }

  /** Only of windows without pressure: else a long overload would become its own yardstick, and the wait would creep up. */
  #learnFastest(meanMs: number, nowMs: number): void {
    if (nowMs - this.#periodFrom > fastestForMs) {
      this.#fastestBefore = this.#fastest;
      this.#fastest = Infinity;
      this.#periodFrom = nowMs;
    }
    this.#fastest = Math.min(this.#fastest, meanMs);
  }

  #turn(nowMs: number): void {
    const { ingestBytesInFlightMin, ingestBytesInFloodMin, ingestBytesInFlightMax: most } = limits;
    // A few callers who each wait for their answer are let in whole. In a flood as much in flight is only time in which answers grow old.
    const floods = this.#refused - this.#refusedBefore > this.#answers;
    const least = floods ? ingestBytesInFloodMin : ingestBytesInFlightMin;
    if (!this.#pressed) this.#learnFastest(this.#sumMs / this.#answers, nowMs);
    if (this.#slow * 4 > this.#answers) this.#limit *= 0.85;
    else if (this.#pressed) this.#limit = Math.min(most, this.#limit * 1.05 + 64 * 1024);
    this.#limit = Math.max(least, this.#limit);
    this.#refusedBefore = this.#refused;
    this.#answers = 0;
    this.#slow = 0;
    this.#sumMs = 0;
    this.#pressed = false;
    this.#windowFrom = nowMs;
  }
}
