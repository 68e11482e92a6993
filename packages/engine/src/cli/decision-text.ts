// A decision in lines for a terminal: what was chosen, and why, in sentences.
import type { DecideAnswer } from '../http/decide-answer.js';
import type { Why } from '../answer/why.js';

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

export function whyLines(why: Why): string[] {
  const { decision } = why;
  const lines = [`${decision.id}  (${decision.mode}, ${new Date(decision.at).toISOString()})`, why.summary];
  if (decision.inputs.length > 0) lines.push(`From: ${decision.inputs.join(', ')}`);
  why.items.forEach((each, index) => {
    lines.push(`${(index + 1).toString().padStart(3)}. ${each.item}`);
    for (const sentence of each.why) lines.push(`       ${sentence}`);
  });
  for (const exclusion of why.exclusions) lines.push(`Left out: ${exclusion}.`);
  lines.push(`Shown ${why.exposures.length} times; ${why.outcomes.length} outcomes.`);
  lines.push(why.reproducible ? 'The answer follows from its own record, bit for bit.' : 'The answer does NOT follow from its record.');
  return lines;
}
