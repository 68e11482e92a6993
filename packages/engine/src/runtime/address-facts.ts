// What tells in a person's stream by which decisions they were addressed that are about to go: caps and fatigue go on counting them.
import { everyPurpose } from '../collect/sequencer.js';
import type { BehaviourEvent } from '../model/event.js';
import { systemTypes, type Addressed } from '../model/system-event.js';
import type { Placed } from '../understand/history.js';
import type { Core } from './core.js';

/** Addresses of a person of which only the decision itself tells, by its id. */
export function untoldAddresses(core: Core, history: readonly Placed[], subject: string): ReturnType<Core['choices']['addresses']> {
  const left = new Map(core.choices.addresses(subject));
  for (const { event } of history)
    if (event.type === systemTypes.personAddressed) left.delete((event.properties['addressed'] as Addressed).decision); // written below
  return left;
}

/** To be appended when, or before, `gone` is taken out of the history of the subject. */
export function addressFacts(
  core: Core,
  subject: string,
  history: readonly Placed[],
  gone: readonly Placed[],
  { now, newId }: { readonly now: number; readonly newId: () => string },
): BehaviourEvent[] {
  const untold = untoldAddresses(core, history, subject);
  return gone.flatMap(({ event: { id } }) => {
    const address = untold.get(id);
    if (address === undefined) return [];
    const addressed: Addressed = { decision: id, channel: address.channel };
    const fact = { id: newId(), subject, type: systemTypes.personAddressed, source: 'engine', mask: everyPurpose };
    return [{ ...fact, occurredAt: address.at, receivedAt: now, properties: { addressed } }];
  });
}
