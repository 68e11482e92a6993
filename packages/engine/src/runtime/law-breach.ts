// What the law forbids of what is about to run, in words: its event types, those of the log too unless they are about to be replaced, and
// its decision points. Nothing starts while there is any.
import { breachText, lawBreaches, type LawPoint } from '../consent/law-gates.js';
import type { EventType } from '../model/event-type.js';
import type { EngineOptions } from './engine-options.js';

export function lawBreachOf(
  known: readonly EventType[],
  fresh: readonly EventType[],
  ranks: readonly LawPoint[],
  { deployment = {}, choicePoints = [] }: EngineOptions,
): string | null {
  const names = new Set(fresh.map(({ name }) => name));
  const types = [...known.filter(({ name }) => !names.has(name)), ...fresh];
  const breaches = lawBreaches({ deployment, types, points: [...ranks, ...choicePoints] });
  return breaches.length === 0 ? null : breaches.map(breachText).join(' ');
}
