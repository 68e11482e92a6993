// Times as clients write them: ISO 8601 with a zone, since a time without one means a different moment on every machine.
const isoWithZone = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

/** ms since 1970 UTC, or undefined when it cannot be read. */
export function parseTime(value: unknown): number | undefined {
  if (typeof value !== 'string' || !isoWithZone.test(value)) return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
}
