// What the learner of a choice point says of itself.
import type { ChoicePoint } from '../model/choice.js';
import type { ModelCard } from '../model/model-card.js';
import { systemTypes } from '../model/system-event.js';
import type { ChoiceSums } from './choice-sums.js';

/** The choices that a learner counts are told as people are: each is of somebody. */
export function choiceCard(point: ChoicePoint, sums: ChoiceSums): ModelCard {
  const { name, learner, features, halfLifeDays, objective } = point;
  const { trials } = sums.learner(name, halfLifeDays, learner === 'ridge' ? features.length + 1 : 0);
  const by = learner === 'ridge' ? features.join(', ') : 'the segment of the request';
  return {
    name: `choice ${name}`,
    answers: `which action brings ${objective.outcome} about, by ${by}`,
    learnsFor: 'train',
    readsFor: 'personalise',
    erasureClass: 'exact',
    learnsFrom: [systemTypes.exposure, systemTypes.outcome],
    holds: { unit: 'choices shown that it learns from', count: trials, ofPeople: true },
    bounds: {
      'share drawn uniformly, ppm': point.uniformPpm,
      'floor at first, ppm': point.floorPpm,
      'share left uninfluenced, ppm': point.holdoutPpm,
      ...(halfLifeDays === null ? {} : { 'half-life, days': halfLifeDays }),
    },
    limits: [
      'It chooses among what the point declares and its rules leave; it judges nobody.',
      'What follows from its action it sees only when the host reports it.',
    ],
  };
}
