// The evidence for an auditor: sections of statements, each with the place that it rests on, a registry entry or a ledger proof. It is
// derived from what the engine holds and what the log says; nothing in it is written by hand, and nothing about single people: counts of
// people are at least five, and only facts about nobody are proved.
import { limits } from '../../base/limits.js';
import { isoText } from '../../base/calendar.js';
import type { Deployment } from '../../model/deployment.js';
import type { EventType } from '../../model/event-type.js';
import type { BehaviourEvent } from '../../model/event.js';
import type { ModelCard } from '../../model/model-card.js';
import { purposes, type Purpose } from '../../model/purpose.js';
import { systemTypes, type AdminAct, type BasisDeclaration } from '../../model/system-event.js';
import type { ReceiptRow } from '../receipts.js';
import { dpvPurpose } from '../receipt/consent-receipt.js';
import { peopleCount } from './people-count.js';
import { pointBounds, pointEffects, pointEntries, type PointFacts } from './point-facts.js';
import { slug } from './slug.js';

/** What a statement rests on: an entry of the registry, or the event at a position, with its proof. */
export type Source = { readonly registry: string } | { readonly proof: number };

export interface Statement {
  readonly says: string;
  readonly value: string | number;
  readonly source: Source;
}

export interface Section {
  readonly id: string;
  readonly title: string;
  /** The law, or the question, that it answers. */
  readonly answers: string;
  readonly statements: readonly Statement[];
}

export interface RegistryEntry {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly fields: Readonly<Record<string, string | number>>;
  /** Position of the event that registered it; null for what is part of the program. */
  readonly proof: number | null;
}

export interface Evidence {
  readonly format: 'ethogram-evidence/1';
  readonly at: string;
  readonly ledger: { readonly origin: string; readonly size: number };
  /** Positions below this one are in it. */
  readonly position: number;
  readonly sections: readonly Section[];
  readonly registry: readonly RegistryEntry[];
}

/** A fact of the log about nobody. */
export interface Fact {
  readonly position: number;
  readonly event: BehaviourEvent;
}

export interface EvidenceFacts extends PointFacts {
  readonly at: number;
  readonly origin: string;
  readonly size: number;
  readonly position: number;
  readonly types: readonly EventType[];
  readonly traits: readonly { readonly name: string; readonly kind: string; readonly purpose: Purpose }[];
  readonly segments: readonly { readonly name: string; readonly title?: string; readonly purpose: Purpose }[];
  readonly deployment: Deployment;
  readonly models: readonly ModelCard[];
  /** What the log says about nobody: in its order, gaps left out. */
  readonly facts: readonly Fact[];
  readonly receipts: readonly (readonly [string, Readonly<ReceiptRow>])[];
  readonly people: number;
  /** People by purpose and what they chose last. */
  readonly choices: ReadonlyMap<Purpose, ReadonlyMap<string, number>>;
  /** Events of people that are in the log. */
  readonly events: number;
  readonly gaps: number;
  readonly decisions: number;
  /** Copies of one person's data that were made for them. */
  readonly copies: number;
}

export function evidenceOf(facts: EvidenceFacts): Evidence {
  const registry = registryOf(facts);
  const sections = [processing(facts), dpia(facts), recipients(facts), retention(facts), consent(facts), models(facts)];
  const rest = [guardrails(facts), breaches(facts), administration(facts)];
  const { origin, size, position } = facts;
  const at = isoText(facts.at);
  return { format: 'ethogram-evidence/1', at, ledger: { origin, size }, position, sections: [...sections, ...rest], registry };
}

function of<T>(
  facts: EvidenceFacts,
  type: string,
  read: (event: BehaviourEvent) => T,
): { readonly position: number; readonly it: T; readonly at: number }[] {
  return facts.facts
    .filter(({ event }) => event.type === type)
    .map(({ position, event }) => ({ position, it: read(event), at: event.occurredAt }));
}

/** The last registration of each event type, by name. */
function registeredAt(facts: EvidenceFacts): Map<string, number> {
  const all = of(facts, systemTypes.typeRegistered, (event) => event.properties['eventType'] as EventType); // written by the engine
  return new Map(all.map(({ it, position }) => [it.name, position]));
}

function declarations(facts: EvidenceFacts): { readonly position: number; readonly it: BasisDeclaration; readonly at: number }[] {
  const all = of(facts, systemTypes.basisDeclared, (event) => event.properties['declaration'] as BasisDeclaration); // written by the engine
  return [...new Map(all.map((each) => [`${each.it.eventType} ${each.it.purpose}`, each])).values()];
}

function acts(
  facts: EvidenceFacts,
  ...whats: readonly AdminAct['what'][]
): { readonly position: number; readonly it: AdminAct; readonly at: number }[] {
  const all = of(facts, systemTypes.adminActed, (event) => event.properties['act'] as AdminAct); // written by the engine
  return all.filter(({ it }) => whats.includes(it.what));
}

function registryOf(facts: EvidenceFacts): RegistryEntry[] {
  const since = registeredAt(facts);
  const program = (kind: string, name: string, fields: RegistryEntry['fields']): RegistryEntry => ({
    id: slug(kind, name),
    kind,
    name,
    fields,
    proof: null,
  });
  const types = facts.types.map(({ name, category, retentionDays, purposes: why, properties, aliases = [] }) => {
    const fields = {
      category,
      purposes: Object.entries(why)
        .map(([purpose, how]) => `${purpose} (${how})`)
        .join(', '),
      properties: Object.keys(properties).join(', '),
      aliases: aliases.join(', '),
      'retention, days': retentionDays,
    };
    return { id: slug('type', name), kind: 'event type', name, fields, proof: since.get(name) ?? null };
  });
  const bases = declarations(facts).map(({ it, position }) => {
    const name = `${it.eventType} ${it.purpose}`;
    const fields = { 'event type': it.eventType, purpose: it.purpose, basis: it.basis, reason: it.reason };
    return { id: slug('basis', name), kind: 'declared basis', name, fields, proof: position };
  });
  return [
    ...types,
    ...bases,
    ...purposes.map((purpose) => program('purpose', purpose, { 'W3C DPV': dpvPurpose[purpose] })),
    ...facts.traits.map(({ name, kind, purpose }) => program('trait', name, { kind, purpose })),
    ...facts.segments.map(({ name, title, purpose }) => program('segment', name, { title: title ?? name, purpose })),
    ...pointEntries(facts).map(({ kind, name, fields }) => program(kind, name, fields)),
    ...facts.models.map((card) => program('model', card.name, { 'erasure class': card.erasureClass, ...card.bounds })),
    ...(['evidencePeopleMin', 'erasureDeadlineMs', 'erasureCompletionMs', 'counterDays', 'modelWindowPositions'] as const).map((name) =>
      program('limit', name, { value: limits[name] }),
    ),
    ...['consent', 'trace', 'receipt', 'decision', 'key'].map((name) => program('part', name, { 'folded up to position': facts.position })),
    program('deployment', 'deployment', deploymentFields(facts.deployment)),
    program('log', 'log', { 'next position': facts.position, 'records in the ledger': facts.size }),
  ];
}

/** What the deployment says of itself; what it does not say is taken at its strictest (docs/law-gates.md). */
function deploymentFields({ region, sectors, purposes: named, uses }: Deployment): Readonly<Record<string, string>> {
  const said = (list: readonly string[] | undefined): string => list?.join(', ') ?? 'not said: taken at its strictest';
  return { region: said(region), sectors: said(sectors), purposes: said(named), uses: said(uses) };
}

/** Record of processing activities: GDPR art. 30(1). */
function processing(facts: EvidenceFacts): Section {
  const statements: Statement[] = [];
  const [controller] = acts(facts, 'controller.declared').toReversed();
  if (controller === undefined)
    statements.push({
      says: 'Controller',
      value: 'not declared: `ethogram note controller` does that',
      source: { registry: slug('log', 'log') },
    });
  else
    statements.push({
      says: 'Controller and contact',
      value: `${controller.it.about}; ${controller.it.why}`,
      source: { proof: controller.position },
    });
  for (const purpose of purposes) {
    const used = facts.types.filter((type) => type.purposes[purpose] !== undefined);
    if (used.length === 0) continue;
    const categories = [...new Set(used.map(({ category }) => category))].sort().join(', ');
    statements.push({
      says: `Purpose ${purpose}: categories of personal data`,
      value: categories,
      source: { registry: slug('purpose', purpose) },
    });
    for (const type of used) {
      const how = type.purposes[purpose] === 'declared' ? 'a basis that has to be declared' : 'consent (GDPR art. 6(1)(a))';
      statements.push({ says: `Purpose ${purpose}: ${type.name} rests on`, value: how, source: { registry: slug('type', type.name) } });
    }
  }
  for (const { it, position, at } of declarations(facts)) {
    const value = `${it.basis}, because: ${it.reason}`;
    statements.push({ says: `Declared ${isoText(at)} for ${it.eventType}, ${it.purpose}`, value, source: { proof: position } });
  }
  for (const type of facts.types)
    statements.push({
      says: `Time limit for erasure of ${type.name}`,
      value: `${type.retentionDays} days`,
      source: { registry: slug('type', type.name) },
    });
  return { id: 'processing', title: 'Record of processing', answers: 'GDPR art. 30', statements };
}

/** What a data protection impact assessment starts from: GDPR art. 35(7)(a). */
function dpia(facts: EvidenceFacts): Section {
  const special = facts.types.filter(({ category }) => category === 'health' || category === 'biometric');
  const statements: Statement[] = [
    { says: 'People of whom something is held', value: peopleCount(facts.people), source: { registry: slug('part', 'trace') } },
    ...Object.entries(deploymentFields(facts.deployment)).map(([name, value]) => ({
      says: `Deployment: ${name}`,
      value,
      source: { registry: slug('deployment', 'deployment') },
    })),
    { says: 'Behaviour in the log, events', value: facts.events, source: { registry: slug('log', 'log') } },
    { says: 'Decisions in the log', value: facts.decisions, source: { registry: slug('part', 'decision') } },
    ...special.map(({ name, category }) => ({
      says: `Special category (GDPR art. 9): ${name}`,
      value: category,
      source: { registry: slug('type', name) },
    })),
    ...facts.traits.map(({ name, kind, purpose }) => ({
      says: `Profiling: trait ${name}`,
      value: `${kind}, read for ${purpose}`,
      source: { registry: slug('trait', name) },
    })),
    ...facts.segments.map(({ name, title, purpose }) => ({
      says: `Profiling: segment ${name}`,
      value: `${title ?? name}, for ${purpose}`,
      source: { registry: slug('segment', name) },
    })),
    ...pointEffects(facts),
  ];
  if (special.length === 0)
    statements.push({ says: 'Event types of special categories (GDPR art. 9)', value: 0, source: { registry: slug('log', 'log') } });
  return { id: 'dpia', title: 'Inputs to an impact assessment', answers: 'GDPR art. 35(7)', statements };
}

function recipients(facts: EvidenceFacts): Section {
  const statements: Statement[] = acts(facts, 'events.exported').map(({ it, position, at }) => ({
    says: `Events left on ${isoText(at)} for the purpose ${it.about}`,
    value: it.why === '' ? 'no recipient was named' : it.why,
    source: { proof: position },
  }));
  const share = facts.types.filter((type) => type.purposes.share !== undefined);
  statements.push(
    {
      says: 'Event types that may be shared',
      value: share.map(({ name }) => name).join(', ') || 'none',
      source: { registry: slug('purpose', 'share') },
    },
    { says: 'Copies made for people of their own data', value: peopleCount(facts.copies), source: { registry: slug('part', 'trace') } },
    {
      says: 'Transfers to third countries that the engine makes',
      value: 'none: it calls no other machine',
      source: { registry: slug('log', 'log') },
    },
  );
  return { id: 'recipients', title: 'Recipients and transfers', answers: 'GDPR art. 30(1)(d) and (e)', statements };
}

function retention(facts: EvidenceFacts): Section {
  const receipts = [...facts.receipts].sort(([, a], [, b]) => a.position - b.position);
  const erased = receipts.reduce((sum, [, row]) => sum + row.subjects, 0);
  const overdue = receipts.filter(([, row]) => row.completedAt === null && row.deadlineAt < facts.at).length;
  const [cut] = facts.facts.filter(({ event }) => event.type === systemTypes.retentionCut).toReversed();
  const statements: Statement[] = [
    { says: 'Ids that were erased', value: peopleCount(erased), source: { registry: slug('part', 'receipt') } },
    {
      says: 'Events that were erased',
      value: receipts.reduce((sum, [, row]) => sum + row.events, 0),
      source: { registry: slug('part', 'receipt') },
    },
    {
      says: 'Gaps in the log: erased, corrected, withdrawn or past their time',
      value: facts.gaps,
      source: { registry: slug('log', 'log') },
    },
    { says: 'Is any erasure past its deadline?', value: overdue === 0 ? 'no' : 'yes', source: { registry: slug('part', 'receipt') } },
    {
      says: 'Deadline of an erasure, hours',
      value: limits.erasureDeadlineMs / 3_600_000,
      source: { registry: slug('limit', 'erasureDeadlineMs') },
    },
    ...(cut === undefined
      ? []
      : [{ says: 'Retention was cut last', value: isoText(cut.event.occurredAt), source: { proof: cut.position } }]),
    ...receipts.slice(-limits.evidenceProofsMax).map(([receipt, row]) => ({
      says: `Erasure ${receipt}, recorded ${isoText(row.erasedAt)}`,
      value:
        row.completedAt === null ? `bytes and keys by ${isoText(row.deadlineAt)}` : `bytes and keys destroyed ${isoText(row.completedAt)}`,
      source: { proof: row.completedPosition ?? row.position },
    })),
  ];
  return { id: 'retention', title: 'Retention and erasure', answers: 'GDPR art. 5(1)(e) and 17', statements };
}

function consent(facts: EvidenceFacts): Section {
  const statements = purposes.flatMap((purpose) =>
    [...(facts.choices.get(purpose) ?? [])]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([choice, count]) => ({
        says: `${purpose}: people whose last choice is ${choice}`,
        value: peopleCount(count),
        source: { registry: slug('purpose', purpose) },
      })),
  );
  if (statements.length === 0)
    statements.push({ says: 'People who chose anything', value: peopleCount(0), source: { registry: slug('part', 'consent') } });
  return { id: 'consent', title: 'Consent', answers: 'GDPR art. 7(1)', statements };
}

function models(facts: EvidenceFacts): Section {
  const statements = facts.models.flatMap((card) => {
    const source = { registry: slug('model', card.name) };
    return [
      { says: `${card.name}: answers`, value: card.answers, source },
      { says: `${card.name}: data cut, position of the log`, value: facts.position, source },
      { says: `${card.name}: learns for / reads for`, value: `${card.learnsFor} / ${card.readsFor}`, source },
      { says: `${card.name}: learns from`, value: card.learnsFrom.join(', ') || 'nothing that is registered', source },
      { says: `${card.name}: erasure class`, value: card.erasureClass, source },
      {
        says: `${card.name}: ${card.holds.unit}`,
        value: card.holds.ofPeople === true ? peopleCount(card.holds.count) : card.holds.count,
        source,
      },
      ...Object.entries(card.bounds).map(([name, value]) => ({ says: `${card.name}: ${name}`, value, source })),
      ...card.limits.map((value) => ({ says: `${card.name}: limit`, value, source })),
    ];
  });
  return { id: 'models', title: 'Model cards', answers: 'AI Act art. 11 and 13', statements };
}

function guardrails(facts: EvidenceFacts): Section {
  const statements: Statement[] = [
    {
      says: 'Evidence about other people in an explanation, people at least',
      value: limits.evidencePeopleMin,
      source: { registry: slug('limit', 'evidencePeopleMin') },
    },
    ...pointBounds(facts),
  ];
  return { id: 'guardrails', title: 'Guardrails', answers: 'What stops or bounds a decision', statements };
}

function breaches(facts: EvidenceFacts): Section {
  const found = acts(facts, 'breach.recorded');
  const statements: Statement[] = found.map(({ it, position, at }) => ({
    says: `Recorded ${isoText(at)}`,
    value: it.why,
    source: { proof: position },
  }));
  if (found.length === 0) statements.push({ says: 'Breaches recorded', value: 0, source: { registry: slug('log', 'log') } });
  return { id: 'breaches', title: 'Breach register', answers: 'GDPR art. 33(5)', statements };
}

function administration(facts: EvidenceFacts): Section {
  const found = acts(facts, 'key.created', 'key.ended', 'signing-key.rotated', 'controller.declared').slice(-limits.evidenceProofsMax);
  const statements: Statement[] = found.map(({ it, position, at }) => ({
    says: `${it.what} ${isoText(at)}`,
    value: [it.about, it.why, `by ${it.by}`].filter((part) => part !== '').join('; '),
    source: { proof: position },
  }));
  if (found.length === 0) statements.push({ says: 'Acts of administration', value: 0, source: { registry: slug('part', 'key') } });
  return { id: 'administration', title: 'Acts of administration', answers: 'Who may come in, and who signed', statements };
}

/** Positions that statements and entries rest on, ascending. */
export function proofsOf({ sections, registry }: Evidence): number[] {
  const all = sections.flatMap(({ statements }) => statements.flatMap(({ source }) => ('proof' in source ? [source.proof] : [])));
  for (const { proof } of registry) if (proof !== null) all.push(proof);
  return [...new Set(all)].sort((a, b) => a - b);
}
