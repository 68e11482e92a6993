// A time written down as ISO 8601 in UTC, for receipts and reports that others read. It reads no clock.

/** `ms` since 1970-01-01 UTC. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
