// A profile in lines for a terminal: what the person chose, then the traits that their grants allowed.
import { dayMs } from '../base/day.js';
import type { ProfileView } from '../runtime/engine-options.js';

export function profileLines(profile: ProfileView): string[] {
  const lines = [`${profile.subject}: ${profile.events} event${profile.events === 1 ? '' : 's'} kept`];
  const stands = Object.entries(profile.consent?.stands ?? {});
  if (stands.length === 0) lines.push('  has chosen nothing');
  for (const [purpose, stand] of stands) lines.push(`  ${purpose}: ${stand.choice} since ${new Date(stand.at).toISOString()}`);
  for (const [name, told] of Object.entries(profile.told)) lines.push(`  ${name} = ${told}`);
  for (const { title, isMember, facts } of profile.segments) {
    const [, day] = facts.at(-1) ?? [];
    const since = day === undefined ? '' : ` since ${new Date(day * dayMs).toISOString().slice(0, 10)}`;
    lines.push(`  ${isMember ? 'in' : 'not in'} ${title}${since}`);
  }
  return lines;
}
