// The consent receipt: for one id, what was chosen for each purpose and when, which text was shown, and what it covers. Its shape is that
// of ISO/IEC TS 27560 in the JSON-LD of the W3C's Data Privacy Vocabulary (DPV guide "27560", schema IRIs of dpv-27560): one ConsentRecord
// for each purpose that was chosen about. Every choice in it is proved by its event in the log, so the statuses can be computed again by
// whoever checks it. It holds the id, since it is about the person, and is given to nobody else; nothing keeps it.
import { canonicalJson } from '../../base/canonical-json.js';
import { isoText } from '../../base/calendar.js';
import { ok, type Result } from '../../base/result.js';
import type { EventType } from '../../model/event-type.js';
import type { BehaviourEvent } from '../../model/event.js';
import { isPurpose, purposes, type Purpose } from '../../model/purpose.js';
import { systemTypes, type Held, type NoticeReference } from '../../model/system-event.js';
import { openCheckpoint } from '../ledger/checkpoint.js';
import type { Ledger } from '../ledger/ledger.js';
import type { VerifierKey } from '../ledger/signed-note.js';
import { eventProof, isEventProof, shownEvent } from './event-proof.js';
import { signDocument, type Content } from './signed-document.js';

export const consentFormat = 'ethogram-consent-receipt/1';
const schemaIri = 'https://w3id.org/dpv/schema/dpv-27560';

/** What each purpose is a kind of, in DPV. */
export const dpvPurpose: Record<Purpose, string> = {
  service: 'dpv:ServiceProvision',
  analytics: 'dpv:ServiceUsageAnalytics',
  personalise: 'dpv:ServicePersonalisation',
  train: 'dpv:ResearchAndDevelopment',
  care: 'dpv:ServiceProvision',
  fraud: 'dpv:FraudPreventionAndDetection',
  wellbeing: 'dpv:Purpose',
  fairness: 'dpv:LegalCompliance',
  share: 'dpv:Purpose',
  research: 'dpv:ScientificResearch',
};

const dpvStatus: Record<Held, string> = {
  granted: 'dpv:ConsentGiven',
  denied: 'dpv:ConsentRefused',
  withdrawn: 'dpv:ConsentWithdrawn',
  objected: 'dpv:ConsentWithdrawn',
  lapsed: 'dpv:ConsentInvalidated',
};

/** A `consent.changed` of the subject, at its position. */
export interface PlacedChoice {
  readonly position: number;
  readonly event: BehaviourEvent;
}

export interface ConsentFacts {
  readonly id: string;
  readonly createdAt: number;
  readonly subject: string;
  /** In the order of the log. */
  readonly changes: readonly PlacedChoice[];
  readonly eventTypes: readonly EventType[];
}

/** The receipt as a file. Fails with ledger_forked. */
export function consentDocument(facts: ConsentFacts, ledger: Ledger): Result<string> {
  const signed = ledger.checkpoint();
  if (!signed.ok) return signed;
  const { note, size } = signed.value;
  const events = facts.changes.flatMap(({ position }) => {
    const proven = ledger.prove(position, size);
    return proven === undefined ? [] : [eventProof(proven)];
  });
  const controller = { '@id': `urn:ethogram:ledger:${ledger.signer.name}`, '@type': 'dpv:DataController' };
  const content: Content = {
    '@context': {
      dpv: 'https://w3id.org/dpv#',
      'eu-gdpr': 'https://w3id.org/dpv/legal/eu/gdpr#',
      dct: 'http://purl.org/dc/terms/',
      schema: 'https://schema.org/',
      skos: 'http://www.w3.org/2004/02/skos/core#',
      ethogram: 'urn:ethogram:',
    },
    '@id': `urn:ethogram:receipt:${facts.id}`,
    '@type': 'dpv:ConsentReceipt',
    'dpv:hasIdentifier': facts.id,
    'dct:identifier': facts.id,
    'dct:conformsTo': `${schemaIri}#receipt`,
    'dct:created': isoText(facts.createdAt),
    'dct:publisher': controller,
    'schema:recipient': 'dpv:DataSubject',
    'dpv:hasRecordOfActivity': chosen(facts.changes.map(({ event }) => event)).map((purpose) => recordOf(purpose, facts, controller)),
    'ethogram:format': consentFormat,
    'ethogram:checkpoint': note,
    'ethogram:events': events,
  };
  return ok(signDocument(content, ledger.signer));
}

/** Purposes that something was chosen about, in their order. */
function chosen(events: readonly BehaviourEvent[]): Purpose[] {
  const said = new Set(events.flatMap((event) => Object.keys(choicesIn(event))));
  return purposes.filter((purpose) => said.has(purpose));
}

function choicesIn(event: BehaviourEvent): { readonly [P in Purpose]?: Held } {
  const { choices } = event.properties;
  return typeof choices === 'object' && choices !== null ? choices : {};
}

function recordOf(purpose: Purpose, { id, subject, changes, eventTypes }: ConsentFacts, controller: object): object {
  const record = `${id}:${purpose}`;
  const events = changes.map(({ event }) => event);
  const notices = noticesOf(purpose, events);
  return {
    '@id': `urn:ethogram:record:${record}`,
    '@type': 'dpv:ConsentRecord',
    'dct:identifier': record,
    'dct:conformsTo': `${schemaIri}#record`,
    'dpv:hasDataSubject': { '@id': subject, '@type': 'dpv:DataSubject' },
    'dpv:hasDataController': controller,
    'dpv:hasPurpose': { '@id': `urn:ethogram:purpose:${purpose}`, 'dct:title': purpose, 'skos:broader': dpvPurpose[purpose] },
    'dpv:hasLegalBasis': 'eu-gdpr:A6-1-a',
    'dpv:hasProcess': eventTypes.filter((type) => type.purposes[purpose] !== undefined).map(processOf),
    ...(notices.length === 0 ? {} : { 'dpv:hasNotice': notices }),
    'dpv:hasConsentStatus': statusesOf(purpose, events),
    'dpv:hasRight': { '@type': ['dpv:DataSubjectRight', 'eu-gdpr:A7-3'], 'dct:title': 'Right to withdraw consent' },
  };
}

function processOf({ name, category, retentionDays }: EventType): object {
  return {
    '@type': 'dpv:Process',
    'dct:title': name,
    'dpv:hasPersonalData': { '@type': 'dpv:PersonalData', 'dct:title': category },
    'dpv:hasStorageCondition': { '@type': 'dpv:StorageDuration', 'dpv:hasDuration': `P${retentionDays}D` },
  };
}

/** Every choice about the purpose, oldest first. */
function statusesOf(purpose: Purpose, events: readonly BehaviourEvent[]): object[] {
  return events.flatMap((event) => {
    const choice = choicesIn(event)[purpose];
    if (choice === undefined) return [];
    return [
      {
        '@type': choice === 'granted' ? [dpvStatus[choice], 'dpv:ExpressedConsent'] : [dpvStatus[choice]],
        'ethogram:choice': choice,
        'dpv:isIndicatedBy': choice === 'lapsed' ? 'dpv:DataController' : 'dpv:DataSubject',
        'dpv:hasIndicationMethod': event.source,
        'dpv:isIndicatedAtTime': isoText(event.occurredAt),
      },
    ];
  });
}

function noticesOf(purpose: Purpose, events: readonly BehaviourEvent[]): object[] {
  const notices = new Map<string, object>();
  for (const event of events) {
    const notice = event.properties['notice'] as NoticeReference | undefined; // checked where it came in
    if (notice === undefined || choicesIn(event)[purpose] === undefined) continue;
    notices.set(canonicalJson(notice), {
      '@id': notice.id,
      '@type': 'dpv:ConsentNotice',
      'dct:hasVersion': notice.version,
      'dct:language': notice.language,
      'ethogram:sha256': notice.sha256,
    });
  }
  return [...notices.values()];
}

export interface ConsentCheck {
  readonly kind: 'consent';
  readonly subject: string;
  /** By purpose: what was chosen last. */
  readonly choices: Readonly<Record<string, string>>;
  readonly size: number;
  /** Whether it is about that id; null when none was given. */
  readonly concerns: boolean | null;
}

/** Checks what an opened receipt says against its own proofs: the statuses and notices are computed again from the proved events. */
export function checkConsent(
  content: Content,
  keys: readonly VerifierKey[],
  subject?: string,
): { readonly ok: true; readonly check: ConsentCheck } | { readonly ok: false; readonly reason: string } {
  const note = content['ethogram:checkpoint'];
  const opened = openCheckpoint(typeof note === 'string' ? note : '', keys);
  if (!opened.ok) return { ok: false, reason: `its checkpoint: ${opened.reason}` };
  const listed = content['ethogram:events'];
  const records = content['dpv:hasRecordOfActivity'];
  if (!Array.isArray(listed) || !Array.isArray(records)) return { ok: false, reason: 'it has no records' };
  const events: BehaviourEvent[] = [];
  let before = -1;
  for (const proof of listed as unknown[]) {
    const shown = isEventProof(proof) ? shownEvent(proof, opened.checkpoint) : undefined;
    if (shown?.event.type !== systemTypes.consentChanged) return { ok: false, reason: 'the log does not say so' };
    // What was chosen last holds: turned round, a withdrawal would read as a grant.
    if (shown.position <= before) return { ok: false, reason: 'its choices are not in the order of the log' };
    before = shown.position;
    events.push(shown.event);
  }
  const [first] = events;
  if (first === undefined || first.subject === null || events.some((event) => event.subject !== first.subject))
    return { ok: false, reason: 'it is not about one person' };
  const said = (records as unknown[]).map(essenceOf);
  const wanted = chosen(events).map((purpose) => ({
    subject: first.subject,
    purpose,
    statuses: statusesOf(purpose, events),
    notices: noticesOf(purpose, events),
  }));
  if (canonicalJson(said) !== canonicalJson(wanted)) return { ok: false, reason: 'the log says something else' };
  const choices: Record<string, string> = {};
  for (const event of events)
    for (const [purpose, choice] of Object.entries(choicesIn(event))) if (isPurpose(purpose)) choices[purpose] = choice;
  const concerns = subject === undefined ? null : subject === first.subject;
  return { ok: true, check: { kind: 'consent', subject: first.subject, choices, size: opened.checkpoint.size, concerns } };
}

/** What of a record follows from events; null where a field is missing. */
function essenceOf(record: unknown): object {
  const fields = (typeof record === 'object' && record !== null ? record : {}) as Content;
  // What it is, the comparison tells.
  const of = (name: string, part: string): unknown => (fields[name] as Content | undefined)?.[part] ?? null;
  return {
    subject: of('dpv:hasDataSubject', '@id'),
    purpose: of('dpv:hasPurpose', 'dct:title'),
    statuses: fields['dpv:hasConsentStatus'] ?? null,
    notices: fields['dpv:hasNotice'] ?? [],
  };
}
