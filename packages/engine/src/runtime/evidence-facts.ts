// Gathers what the evidence is made of, from the running engine and one reading of the whole log. Of people it takes counts only.
import { everyPurpose } from '../collect/sequencer.js';
import { peopleChoices } from '../answer/evidence/people-choices.js';
import type { EvidenceFacts, Fact } from '../answer/evidence/evidence.js';
import { choiceCard } from '../influence/choice-card.js';
import { decodeEvent } from '../model/event-codec.js';
import { systemTypes, type AdminAct, type SystemType } from '../model/system-event.js';
import type { Engine } from './engine.js';

const told: ReadonlySet<string> = new Set<SystemType>([
  systemTypes.typeRegistered,
  systemTypes.basisDeclared,
  systemTypes.erasureRecorded,
  systemTypes.erasureCompleted,
  systemTypes.retentionCut,
  systemTypes.adminActed,
  systemTypes.pointStopped,
  systemTypes.pointRestarted,
]);

const decided: ReadonlySet<string> = new Set<SystemType>([systemTypes.decisionMade, systemTypes.choiceMade, systemTypes.planMade]);

/** `at`: now, ms. The sizes are those of the checkpoint that the proofs will lead to. */
export function evidenceFacts(engine: Engine, at: number, size: number): EvidenceFacts {
  const { core, log, ledger } = engine;
  const facts: Fact[] = [];
  let [events, gaps, decisions, copies] = [0, 0, 0, 0];
  for (const { position, mask, bytes } of log.read(0)) {
    if (bytes === null) {
      gaps += 1;
      continue;
    }
    const event = decodeEvent(bytes, mask);
    if (decided.has(event.type)) decisions += 1;
    else if (event.subject === null) {
      if (told.has(event.type)) facts.push({ position, event });
    } else if (event.mask !== everyPurpose) events += 1;
    else if (event.type === systemTypes.adminActed) copies += isCopy(event.properties['act'] as AdminAct) ? 1 : 0; // written by the engine
  }
  const subjects = [...core.trace.subjects()];
  const chosen = engine.choosing.points;
  return {
    at,
    origin: ledger.signer.name,
    size,
    position: core.fold.position,
    types: core.registry.list().sort((a, b) => (a.name < b.name ? -1 : 1)),
    traits: core.traits,
    segments: core.definitions.segments,
    points: engine.points,
    choicePoints: chosen,
    planPoints: engine.planning.points,
    filters: engine.guardrails,
    deployment: engine.deployment,
    models: [core.model.card(), ...core.packModels.cards(), ...chosen.map((point) => choiceCard(point, core.choices.sums))],
    facts,
    receipts: [...core.receipts.list()],
    people: subjects.length,
    choices: peopleChoices(subjects.map((subject) => core.gate.standing(subject))),
    events,
    gaps,
    decisions,
    copies,
  };
}

function isCopy({ what }: AdminAct): boolean {
  return what === 'person.exported';
}
