// A decision of whichever kind as the person it was made for reads it: at which point, in sentences, and its record.
import { planIn } from '../influence/plans.js';
import { choiceIn, type ChoiceRecord } from '../model/choice.js';
import { decisionIn } from '../model/decision-codec.js';
import type { DecisionRecord } from '../model/decision.js';
import type { BehaviourEvent } from '../model/event.js';
import type { PlanRecord } from '../model/plan.js';
import { systemTypes } from '../model/system-event.js';
import { tellChoice } from './why-choice.js';
import { tellPlan } from './why-plan.js';
import { tellRanking } from './why.js';

type Told = { readonly point: string; readonly sentences: readonly string[] } & (
  | { readonly record: { readonly decision: DecisionRecord } }
  | { readonly record: { readonly choice: ChoiceRecord } }
  | { readonly record: { readonly plan: PlanRecord } }
);

/** undefined: the event is no decision. */
export function toldDecision(event: BehaviourEvent, name: (item: string) => string): Told | undefined {
  if (event.type === systemTypes.decisionMade) {
    const decision = decisionIn(event);
    const { summary, items, exclusions } = tellRanking(decision, name);
    const leftOut = exclusions.map((each) => `Left out: ${each}.`);
    const sentences = [summary, ...items.map(({ item, why }) => `${name(item)}: ${why.join(' ')}`), ...leftOut];
    return { point: decision.point, sentences, record: { decision } };
  }
  if (event.type === systemTypes.choiceMade) {
    const choice = choiceIn(event);
    const { summary, exclusions } = tellChoice(choice);
    return { point: choice.point, sentences: [summary, ...exclusions], record: { choice } };
  }
  if (event.type !== systemTypes.planMade) return undefined;
  const plan = planIn(event);
  const { summary, stops, passedOver, changes } = tellPlan(plan, name);
  const sentences = [summary, ...stops.map(({ title, why }) => `${title}: ${why.join(' ')}`), ...changes, ...passedOver];
  return { point: plan.point, sentences, record: { plan } };
}
