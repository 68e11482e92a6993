// A decision in lines for a terminal: what was chosen, and why, in sentences.
import type { ChooseAnswer } from '../http/choose-answer.js';
import type { DecideAnswer } from '../http/decide-answer.js';
import type { Removal } from '../answer/counterfactual.js';
import type { Why } from '../answer/why.js';
import type { ChoiceWhy } from '../answer/why-choice.js';
import type { WhyInFull } from '../answer/why-in-full.js';
import type { PlanWhy } from '../answer/why-plan.js';

const reasonsShown = 3;

/** The first reasons, and how many there are more: `ethogram why` tells them all. */
function reasonLines(sentences: readonly string[]): string[] {
  const more = sentences.length - reasonsShown;
  return [...sentences.slice(0, reasonsShown), ...(more > 0 ? [`... and ${more} more`] : [])].map((sentence) => `       ${sentence}`);
}

export function decisionLines(answer: DecideAnswer): string[] {
  const lines = [`${answer.decisionId}  (${answer.mode})`, answer.summary];
  answer.items.forEach((each, index) => {
    const numbers = `score ${each.score.toPrecision(4)}, propensity ${each.propensity.toPrecision(3)}`;
    lines.push(`${(index + 1).toString().padStart(3)}. ${each.title ?? each.item}  [${each.item}]  ${numbers}`);
    lines.push(...reasonLines(each.why));
  });
  if (answer.items.length === 0) lines.push('  Nothing may be shown: the catalogue is empty, or the request leaves everything out.');
  return lines;
}

export function chosenLines({ decisionId, mode, summary, choice }: ChooseAnswer): string[] {
  const { channel, text, exclusions } = choice;
  const what = [...(channel === null ? [] : [`By ${channel}.`]), ...(text === null ? [] : [`Text: ${text}`])];
  return [`${decisionId}  (${mode})`, summary, ...what, ...exclusions];
}

function headLine({ id, mode, at }: { readonly id: string; readonly mode: string; readonly at: number }): string {
  return `${id}  (${mode}, ${new Date(at).toISOString()})`;
}

function replayLine(isReproducible: boolean): string {
  return isReproducible ? 'The answer follows from its own record, bit for bit.' : 'The answer does NOT follow from its record.';
}

function becameLine({ exposures, outcomes }: Pick<Why, 'exposures' | 'outcomes'>): string {
  return `Shown: ${exposures.length}; outcomes: ${outcomes.length}.`;
}

export function choiceLines({ choice, summary, exclusions, reproducible, ...became }: ChoiceWhy): string[] {
  return [headLine(choice), summary, ...exclusions, becameLine(became), replayLine(reproducible)];
}

export function planLines({ plan, summary, stops, passedOver, changes, reproducible, ...became }: PlanWhy): string[] {
  const lines = [headLine(plan), summary];
  stops.forEach(({ title, arriveAt, leaveAt, why }, index) => {
    const [from, until] = [arriveAt, leaveAt].map((ms) => new Date(ms).toISOString().slice(0, 16));
    lines.push(`${(index + 1).toString().padStart(3)}. ${title}  ${from} to ${until} UTC`, ...why.map((sentence) => `       ${sentence}`));
  });
  return [...lines, ...changes, ...passedOver, becameLine(became), replayLine(reproducible)];
}

export function whyLines(why: Why): string[] {
  const { decision } = why;
  const lines = [headLine(decision), why.summary];
  if (decision.inputs.length > 0) lines.push(`From: ${decision.inputs.join(', ')}`);
  why.items.forEach((each, index) => {
    lines.push(`${(index + 1).toString().padStart(3)}. ${each.title}${each.title === each.item ? '' : `  [${each.item}]`}`);
    for (const sentence of each.why) lines.push(`       ${sentence}`);
  });
  for (const exclusion of why.exclusions) lines.push(`Left out: ${exclusion}.`);
  return [...lines, becameLine(why), replayLine(why.reproducible)];
}

const removalText: Record<Removal['kind'], (name: string) => string> = {
  input: (name) => `the views of ${name}`,
  pin: (name) => `the pin ${name}`,
  filter: (name) => `the filter ${name}`,
  exclusion: (name) => `the exclusion of ${name}`,
  inputs: () => 'anything of the visit',
  candidate: (name) => `${name} among the candidates`,
};

export function counterfactualLines({ counterfactual, corrected }: WhyInFull): string[] {
  const lines = corrected === null ? [] : [`What it started from was corrected later, at position ${corrected}.`];
  if (counterfactual === null) return [...lines, 'What it started from may be read no more, so it is not decided again.'];
  const { first, without, instead, asRecorded, position } = counterfactual;
  if (!asRecorded) lines.push(`State has moved on: decided again now, ${first ?? 'nothing'} stands first.`);
  if (without.length === 0) return [...lines, 'Nothing that was tried changes what stands first.'];
  const what = without.map(({ kind, name }) => removalText[kind](name)).join(' and ');
  return [...lines, `Without ${what}, ${instead ?? 'nothing'} would stand first; decided again, both ways, at position ${position}.`];
}
