// Guardrails: rules in code that stop an action for a person, whatever the learner would like. Each stop names its rule in the decision's
// record. They are asked on live state at decision time, what is still on its way to the disk included, and again when the record is made.
// Invariant: a rule only ever takes actions away; where something is not known, the strictest holds.
import { dayOf } from '../../base/day.js';
import { dateOf } from '../../base/calendar.js';
import type { Action, GuardrailRule, GuardrailRules } from '../../model/choice.js';
import type { PersonState } from './person.js';
import { isQuiet } from './quiet-hours.js';

/** The first rule that stops the action; undefined: none does. `person` null: nobody is known. */
export function stopped(action: Action, rules: GuardrailRules, person: PersonState | null, at: number): GuardrailRule | undefined {
  if (rules.deny.includes(action.category)) return 'denied_category';
  if (action.ageMin !== undefined && !isOldEnough(person, action.ageMin, at)) return 'age';
  const sensitive = rules.vulnerable.filter(({ categories }) => categories.includes(action.category));
  if (sensitive.length > 0 && isVulnerable(person, sensitive)) return 'vulnerability';
  if (person === null) return action.channel === 'page' ? undefined : 'person_unknown';
  if (action.channel !== 'page' && isQuiet(rules, zonesOf(person), at)) return 'quiet_hours';
  if (isCapped(action, rules, person, at)) return 'frequency';
  return isTired(rules, person, at) ? 'fatigue' : undefined;
}

/** Has the day's budget of an action been spent as far as this moment allows? A tenth of the day may always be spent ahead. */
export function isSpent(action: Action, spentToday: number, at: number): boolean {
  if (action.perDayMax === undefined) return false;
  const elapsed = at / 86_400_000 - dayOf(at);
  return spentToday >= Math.min(action.perDayMax, Math.ceil(action.perDayMax * (elapsed + 0.1)));
}

function isOldEnough(person: PersonState | null, ageMin: number, at: number): boolean {
  const years = (person?.declared ?? []).flatMap(({ bornYear }) => bornYear ?? []);
  // The birthday may still be to come.
  return years.length > 0 && years.every((year) => dateOf(at).year - year - 1 >= ageMin);
}

function isVulnerable(person: PersonState | null, sensitive: readonly { readonly declared: string }[]): boolean {
  const own = new Set((person?.declared ?? []).flatMap(({ vulnerable }) => vulnerable ?? []));
  return sensitive.some(({ declared }) => own.has(declared));
}

function zonesOf(person: PersonState): string[] {
  return person.declared.flatMap(({ zone }) => zone ?? []);
}

function isCapped(action: Action, rules: GuardrailRules, person: PersonState, at: number): boolean {
  return rules.caps.some(({ channels, withinMs, max }) => {
    if (!channels.includes(action.channel)) return false;
    let count = 0;
    // A clock that was set back must not open the cap again: what lies in the future counts too.
    for (const done of person.done) if (channels.includes(done.channel) && done.at > at - withinMs) count += 1;
    return count >= max;
  });
}

function isTired({ fatigue }: GuardrailRules, person: PersonState, at: number): boolean {
  if (fatigue === undefined) return false;
  const newest = [...person.done].sort((a, b) => b.at - a.at);
  let ignored = 0;
  for (const done of newest) {
    if (done.won) break;
    if (done.shown) ignored += 1;
  }
  const last = newest.find(({ shown }) => shown);
  return ignored >= fatigue.ignoredMax && last !== undefined && last.at > at - fatigue.pauseMs;
}
