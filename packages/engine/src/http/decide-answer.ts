// What POST /v1/decide answers: the ranked items with their reasons in data and in sentences, how personal it was and why, and where the
// decision stands in the log. Also what `ethogram decide` prints.
import { sentences, summary } from '../answer/why.js';
import type { DecisionRecord, RankedItem } from '../model/decision.js';
import type { Engine } from '../runtime/engine.js';

export interface DecideItem extends RankedItem {
  readonly title: string | null;
  /** The reasons, a sentence each. */
  readonly why: readonly string[];
}

export interface DecideAnswer {
  readonly decisionId: string;
  readonly mode: DecisionRecord['mode'];
  /** Why no personal data was used; null when personal. */
  readonly because: DecisionRecord['contextualBecause'] | null;
  readonly summary: string;
  readonly items: readonly DecideItem[];
  /** State reflected the log up to this position. */
  readonly position: number;
  /** Position of the person's last change of consent; null when contextual. */
  readonly epoch: number | null;
}

export function decideAnswer(record: DecisionRecord, { core }: Engine): DecideAnswer {
  const title = (item: string): string | undefined => core.catalogue.get(item)?.item.title;
  const name = (item: string): string => title(item) ?? item;
  return {
    decisionId: record.id,
    mode: record.mode,
    because: record.contextualBecause ?? null,
    summary: summary(record),
    items: record.answer.map((each) => {
      const { item, score, propensity, reasons } = each;
      return { item, score, propensity, reasons, title: title(item) ?? null, why: sentences(each, name) };
    }),
    position: record.position,
    epoch: record.epoch,
  };
}
