// What POST /v1/decide answers at a choice point: the same shape as everywhere, with at most one item, and what is to be done about it.
import { tellChoice } from '../answer/why-choice.js';
import type { ChoiceRecord } from '../model/choice.js';
import type { DecideAnswer } from './decide-answer.js';

export interface ChooseAnswer extends DecideAnswer {
  readonly choice: Pick<ChoiceRecord, 'action' | 'channel' | 'text' | 'held'> & { readonly exclusions: readonly string[] };
}

export function chooseAnswer(record: ChoiceRecord): ChooseAnswer {
  const { summary, exclusions } = tellChoice(record);
  const { action, channel, text, held } = record;
  const score = record.candidates.find((each) => each.action === action)?.mean ?? 0;
  return {
    decisionId: record.id,
    mode: record.mode,
    because: record.contextualBecause ?? null,
    summary,
    items: action === null ? [] : [{ item: action, score, propensity: record.propensity, reasons: [], title: null, why: [summary] }],
    position: record.position,
    epoch: record.epoch,
    choice: { action, channel, text, held, exclusions },
  };
}
