// How long what is in the log is kept, by type of event. Registered types name their days. What was decided for people tells of what they
// did, so it has a period too, which follows from those types: counted from the day of the decision,
//
// - lists and plans, and what others put into a plan, name items: not longer than any event that could be named is kept (the shortest
//   period of the types that count as interest in an item and may be used to personalise);
// - choices, and that somebody was addressed, name none: not longer than every event that they could rest on (the longest period of the
//   types that may be used to personalise).
//
// Where no type may be used to personalise, nothing personal is decided, and there is no period.
import type { EventType } from '../model/event-type.js';
import { systemTypes } from '../model/system-event.js';

/** Calendar days (UTC), by name of the type. */
export function retentionDaysOf(types: readonly EventType[]): Map<string, number> {
  const days = new Map(types.map(({ name, retentionDays }) => [name, retentionDays]));
  const read = types.filter(({ purposes }) => purposes.personalise !== undefined);
  if (read.length === 0) return days;
  const longest = Math.max(...read.map(({ retentionDays }) => retentionDays));
  const named = read.filter(({ counts, item }) => counts === true && item !== undefined).map(({ retentionDays }) => retentionDays);
  for (const type of [systemTypes.choiceMade, systemTypes.personAddressed]) days.set(type, longest);
  for (const type of [systemTypes.decisionMade, systemTypes.planMade, systemTypes.planJoined]) days.set(type, Math.min(longest, ...named));
  return days;
}
