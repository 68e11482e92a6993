// How long to wait before trying again: doubling with jitter, so that browsers which failed together do not come back together, and never
// sooner than the server asked.

export const firstDelayMs = 1_000;
export const delayMsMax = 300_000;

/**
 * ms before attempt number `failures` + 1. `retryAfter` is the header's value (RFC 9110 10.2.3: seconds, or a date); `random` lies in
 * [0, 1). Half of the delay is fixed, half is drawn; what the server asked for is kept to, up to an hour.
 */
export function backOffMs(failures: number, retryAfter: string | null, random: number, nowMs: number): number {
  const seconds = Number(retryAfter);
  const askedMs = seconds >= 0 ? seconds * 1_000 : Date.parse(retryAfter ?? '') - nowMs;
  const delayMs = Math.min(delayMsMax, firstDelayMs * 2 ** failures);
  return Math.min(36e5, Math.max(0, askedMs || 0)) + (delayMs * (1 + random)) / 2;
}
