// The words of a compaction: names that stand in the schemas of registered event types, and in the events that the engine writes itself.
// They make people's blocks smaller without anything of one person's data in another's block. Invariant: nothing here comes from an event.
import type { EventType } from '../model/event-type.js';
import { purposes } from '../model/purpose.js';
import { choices, systemTypes } from '../model/system-event.js';

/** Most frequent first: the first 64 take one byte each. */
export function wordsOf(types: readonly EventType[]): string[] {
  const named = types.flatMap((type) => [type.name, ...Object.keys(type.properties)]);
  return [...new Set([...frequent, ...named, ...Object.values(systemTypes), ...choices, ...purposes, ...ofOurEvents])];
}

const frequent = ['product_id', 'engine', systemTypes.consentChanged, systemTypes.decisionMade, 'choices', 'origin', 'granted', 'decision'];

/** Names and fixed values in decisions, consents, catalogue items, links and receipts. */
const ofOurEvents = `id point kind mode contextualBecause subject epoch at position policy catalogueVersion inputs limit filter exclude pins
  excluded candidates top uniformPpm draws slice answer item score propensity reasons contribution people rank personal contextual
  no_subject no_grant superseded objection_signal visits_like_yours went_on_to further_on bought_with other popular in_catalogue pinned
  out_of_stock not_valid retired request uniform context consent restricted lapsed correction touched event mask through told receipt
  erasedAt deadlineAt subjects events receipts keys bytes declaration eventType purpose basis reason title category price stock image
  attributes day types source row offset linked evidence context.consent segment cloudevents import`
  .split(/\s+/)
  .filter((word) => word !== '');
