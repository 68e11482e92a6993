// The one thing of a deployment that the benches set themselves: a decision point whose order is always the model's own.
import type { DecisionPoint } from 'ethogram';

export const answersWanted = 20;

export const benchPoints: readonly DecisionPoint[] = [{ name: 'bench', kind: 'rank', limit: answersWanted, uniformPpm: 0 }];
