// Quiet hours: at night nothing goes to people, in their own zone. A zone that is not known, or not one, is the strictest: it is quiet as
// soon as it is quiet anywhere where people live whom the tenant serves.
import type { GuardrailRules } from '../../model/choice.js';

const hourMs = 3_600_000;
const clocks = new Map<string, Intl.DateTimeFormat | null>();
const clocksMax = 1_000;

/** The hour of the day (0..23) in an IANA zone; undefined: no such zone. */
export function hourIn(zone: string, at: number): number | undefined {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    clock = clockOf(zone);
    if (clocks.size >= clocksMax) clocks.clear();
    clocks.set(zone, clock);
  }
  if (clock === null) return undefined;
  return Number(clock.formatToParts(at).find(({ type }) => type === 'hour')?.value) % 24;
}

function clockOf(zone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', hour12: false });
  } catch {
    return null; // what people declare is not always a zone
  }
}

/** Is it quiet for somebody of these declared zones (one an id)? Empty: not known. */
export function isQuiet(rules: GuardrailRules, zones: readonly string[], at: number): boolean {
  const { quiet } = rules;
  if (quiet === undefined) return false;
  const within = (hour: number): boolean =>
    quiet.from <= quiet.until ? hour >= quiet.from && hour < quiet.until : hour >= quiet.from || hour < quiet.until;
  const hours = zones.map((zone) => hourIn(zone, at));
  // One zone that cannot be read takes nothing from another that can.
  if (hours.some((hour) => hour !== undefined && within(hour))) return true;
  if (hours.length > 0 && !hours.includes(undefined)) return false;
  const served = rules.zones?.map((zone) => hourIn(zone, at));
  if (served !== undefined && served.length > 0) return served.some((hour) => hour === undefined || within(hour));
  // Zones lie between UTC-12 and UTC+14.
  for (let offset = -12; offset <= 14; offset += 1) if (within((((Math.floor(at / hourMs) + offset) % 24) + 24) % 24)) return true;
  return false;
}
