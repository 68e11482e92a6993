// Why a choice was what it was: in sentences, and whether it follows from its own record. Names of actions are the tenant's, never
// people's.
import { drawn } from '../influence/choose/floor.js';
import type { Became } from '../influence/decisions.js';
import { probabilitiesOf } from '../influence/choose/choice-policy.js';
import type { ChoiceRecord, GuardrailRule } from '../model/choice.js';
import { permissionOf } from './permission.js';

/** What does not follow from the record; empty when it is exactly reproducible. */
export function replayChoice(record: ChoiceRecord): string[] {
  const { candidates, held } = record;
  if (held !== null) return record.action === null && candidates.length === 0 ? [] : ['something was done though it was held back'];
  const scored = {
    means: Float64Array.from(candidates, ({ mean }) => mean),
    deviations: Float64Array.from(candidates, ({ deviation }) => deviation),
  };
  const vector = probabilitiesOf(scored, record.floorPpm / 1_000_000, record.trials, record.uniformPpm, record.policy);
  const problems: string[] = [];
  candidates.forEach(({ action, probability }, at) => {
    if (vector[at] !== probability) problems.push(`the probability of ${JSON.stringify(action)} does not follow from the estimates`);
  });
  const chosen = candidates[drawn(vector, candidates.length, record.draw)];
  if (chosen?.action !== record.action) problems.push('the action does not follow from the draw');
  if (chosen?.probability !== record.propensity) problems.push('the propensity is not that of the action');
  if (record.excluded.some(({ action }) => action === record.action)) problems.push('a guardrail stopped what was done');
  return problems;
}

const ruleSentence: Record<GuardrailRule, string> = {
  not_asked: 'the host did not offer it',
  denied_category: 'its category is not allowed here',
  age: 'it is only for people who have said that they are old enough',
  vulnerability: 'the person has asked to be spared this',
  person_unknown: 'it would go to a person, and none is known',
  quiet_hours: 'it is night where the person is, or may be',
  frequency: 'the person has been addressed often enough',
  fatigue: 'the person has shown no interest in the last ones',
  budget: 'its budget for this part of the day is spent',
  claim_untrue: 'what it says would not be true now',
  language_missing: 'it has no text in a language of the request',
};

const heldSentence: Record<NonNullable<ChoiceRecord['held']>, string> = {
  holdout: 'Nothing was done: this person belongs to the holdout, whom nothing influences.',
  harm_stop: 'Nothing was done: this point was stopped because it did harm.',
  nothing_left: 'Nothing was done: every action was stopped by a rule.',
};

/** Why a rule left an action out. */
export function choiceRuleSentence(action: string, rule: GuardrailRule): string {
  return `"${action}" was left out: ${ruleSentence[rule]}.`;
}

export interface ChoiceWhy extends Became {
  readonly choice: ChoiceRecord;
  readonly summary: string;
  readonly exclusions: readonly string[];
  readonly reproducible: boolean;
}

/** A choice in sentences. */
export function tellChoice(record: ChoiceRecord): Pick<ChoiceWhy, 'summary' | 'exclusions'> {
  const allowed = permissionOf(record.basis, 'with their permission');
  const from = record.mode === 'personal' ? `for this person, ${allowed}` : 'without anything about a person';
  return {
    summary: record.held === null ? `"${record.action}" ${drawnFrom(record)}, ${from}.` : heldSentence[record.held],
    exclusions: record.excluded.map(({ action, rule }) => choiceRuleSentence(action, rule)),
  };
}

function drawnFrom({ propensity, candidates }: ChoiceRecord): string {
  const percent = propensity * 100;
  // What was drawn had a chance; and while there were others it was not certain.
  const told = percent < 0.1 ? 'less than 0.1' : percent > 99.9 && percent < 100 ? 'more than 99.9' : percent.toFixed(1);
  return `was drawn with a probability of ${told} % from ${candidates.length === 1 ? '1 action' : `${candidates.length} actions`}`;
}

export function explainChoice(record: ChoiceRecord, became: Became): ChoiceWhy {
  return { choice: record, ...tellChoice(record), ...became, reproducible: replayChoice(record).length === 0 };
}
