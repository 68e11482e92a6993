// Planted mistakes of merging. The laws must see every one.
import type { MergeMutant } from './merges.js';
import { patch } from './patch.js';

export const mergeMutants: readonly MergeMutant[] = [
  {
    name: 'a choice holds for the one id only',
    plant: ({ identity }) => void patch(identity, 'personAhead', (subject) => ({ ids: [subject], linkedAt: -1 })),
  },
  {
    name: 'a grant from before the link widens',
    plant: ({ identity }) => {
      const person = identity.personAhead.bind(identity);
      patch(identity, 'personAhead', (subject) => ({ ...person(subject), linkedAt: -1 }));
    },
  },
  {
    name: 'a split gives back what the link took',
    plant: ({ gate, identity }) => {
      const apply = identity.apply.bind(identity);
      patch(identity, 'apply', (event, position) => {
        apply(event, position);
        const lapsed = event.subject === null ? undefined : gate.standing(event.subject);
        if (event.type !== 'identity.unlinked' || event.subject === null || lapsed === undefined) return;
        const { personalise, train } = lapsed.stands;
        const given = { choice: 'granted', since: position, at: event.occurredAt, receivedAt: event.receivedAt } as const;
        const stands = { ...(personalise === undefined ? {} : { personalise: given }), ...(train === undefined ? {} : { train: given }) };
        gate.settle(event.subject, { epoch: position, stands });
      });
    },
  },
  {
    name: 'the other side is not looked at',
    plant: ({ gate }) => {
      const ahead = gate.standingAhead.bind(gate);
      patch(gate, 'standingAhead', (subject) => (subject === 'b' ? undefined : ahead(subject)));
    },
  },
];
