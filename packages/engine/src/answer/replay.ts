// Replay of a decision from its own record: for as long as the record is kept, anyone can check that the answer is what the stated policy
// gives for the stated scores and draws.
import type { DecisionRecord } from '../model/decision.js';
import { inSlice, permute, propensities } from '../influence/uniform-slice.js';

/** What does not follow from the record; empty when the answer is exactly reproducible. */
export function replay(record: DecisionRecord): string[] {
  const problems: string[] = [];
  const places = Math.min(record.top.length, Math.max(0, record.limit - record.pins.length));
  const first = record.draws[0];
  if (first === undefined) return ['the record holds no draw'];
  const uniform = inSlice(first, record.uniformPpm);
  if (uniform !== (record.slice === 'uniform')) problems.push('the slice does not follow from the first draw');
  const order = uniform ? permute(record.top.length, places, record.draws.slice(1)) : Array.from({ length: places }, (_, index) => index);
  const chances = propensities(order, record.top.length, record.uniformPpm);
  const expected = [
    ...record.pins.map((item) => ({ item, propensity: 1 })),
    ...order.map((place, index) => ({ item: record.top[place]?.item, propensity: chances[index] })),
  ];
  if (expected.length !== record.answer.length) problems.push('the answer has another length than the policy gives');
  expected.forEach(({ item, propensity }, index) => {
    const given = record.answer[index];
    if (given?.item !== item) problems.push(`place ${index} holds another item than the policy gives`);
    if (given?.propensity !== propensity) problems.push(`place ${index} has another propensity than the policy gives`);
  });
  for (let index = 1; index < record.top.length; index += 1) {
    if ((record.top[index]?.score ?? 0) > (record.top[index - 1]?.score ?? 0)) problems.push('the scores are not in order');
  }
  for (const { item, score, reasons } of record.answer) {
    const sum = reasons.reduce((total, { contribution }) => total + contribution, 0);
    if (Math.abs(sum - score) > 1e-9 * Math.max(1, Math.abs(score)))
      problems.push(`the reasons of ${JSON.stringify(item)} do not add up to its score`);
  }
  return problems;
}
