// The laws as checks over a log and a core, written as naively as possible and sharing no code with what they check: a second reading of
// the rules, not a second run of the program.
import { replay } from '../answer/replay.js';
import { decodeEvent } from '../model/event-codec.js';
import type { BehaviourEvent } from '../model/event.js';
import { decisionIn } from '../model/decision-codec.js';
import { bitOf, isPurpose, purposesOf, type Purpose } from '../model/purpose.js';
import { systemTypes } from '../model/system-event.js';
import type { Log } from '../ports/log.js';
import type { PromiseBook } from './promise-book.js';
import { worldDefinitions } from './world-definitions.js';

interface Held {
  readonly choice: string;
  readonly at: number;
  readonly receivedAt: number;
}

/** What does not hold, as sentences; empty when all does. */
export function checkLog(log: Log, book: PromiseBook, declared: ReadonlySet<string>): string[] {
  const problems: string[] = [];
  const seen = new Map<string, number>();
  const held = new Map<string, Held>();
  const epochs = new Map<string, number>();
  const chosen = new Set<string>();
  for (const entry of log.read(0)) {
    if (entry.bytes === null) continue;
    const event = decodeEvent(entry.bytes, entry.mask);
    const { subject } = event;
    if (event.type === systemTypes.choiceMade) chosen.add(event.id);
    if (subject === null) continue;
    if (book.erased.get(subject) === true) problems.push(`law 2: an event of an erased subject at ${entry.position}`);
    if (event.type === systemTypes.consentChanged) {
      applyConsent(held, event);
      epochs.set(subject, entry.position);
    } else if (event.type === systemTypes.purposeForgotten || event.type === systemTypes.personAddressed) {
      // notes of the engine about what became of the bytes
    } else if (event.type === systemTypes.decisionMade) {
      checkDecision(event, entry.position, held, problems);
    } else if (event.type === systemTypes.choiceMade) {
      // choice-laws.ts
    } else {
      const key = `${subject} ${event.id}`;
      if (seen.has(key)) problems.push(`law 1: the event at ${entry.position} is there twice`);
      seen.set(key, entry.position);
      checkMask(event, entry.position, held, declared, problems);
    }
  }
  checkPromises(book, seen, epochs, problems);
  for (const { subject, id } of book.chosen)
    if (!chosen.has(id) && (subject === null || !(book.erased.has(subject) || book.released.has(`${subject} ${id}`))))
      problems.push('law 5: a choice that was answered is not in the log');
  return problems;
}

function applyConsent(held: Map<string, Held>, event: BehaviourEvent): void {
  const choices: unknown = event.properties['choices'];
  if (typeof choices !== 'object' || choices === null) return;
  for (const [purpose, choice] of Object.entries(choices)) {
    if (isPurpose(purpose) && typeof choice === 'string')
      held.set(`${event.subject} ${purpose}`, { choice, at: event.occurredAt, receivedAt: event.receivedAt });
  }
}

function checkMask(
  event: BehaviourEvent,
  position: number,
  held: Map<string, Held>,
  declared: ReadonlySet<string>,
  problems: string[],
): void {
  if (event.mask === 0) problems.push(`law 3: the event at ${position} is kept for no purpose`);
  for (const purpose of purposesOf(event.mask)) {
    const stand = held.get(`${event.subject} ${purpose}`);
    const granted = stand?.choice === 'granted' && event.occurredAt >= stand.at;
    const lawful = declared.has(`${event.type} ${purpose}`) && (stand === undefined || stand.choice === 'granted');
    if (!granted && !lawful) problems.push(`law 3: the event at ${position} is kept for ${purpose} without a basis`);
  }
}

function checkDecision(event: BehaviourEvent, position: number, held: Map<string, Held>, problems: string[]): void {
  const record = decisionIn(event);
  for (const problem of replay(record)) problems.push(`law 5: the decision at ${position}: ${problem}`);
  if (record.mode === 'contextual' && (record.subject !== null || event.subject !== null))
    problems.push(`law 5: the contextual decision at ${position} names a subject`);
  if (record.mode === 'personal' && held.get(`${event.subject} personalise`)?.choice !== 'granted')
    problems.push(`law 3: the decision at ${position} is personal without a grant`);
}

function checkPromises(book: PromiseBook, seen: Map<string, number>, epochs: Map<string, number>, problems: string[]): void {
  const lastOfClient = new Map<number, number>();
  for (const { subject, id, client } of book.events) {
    if (book.erased.has(subject) || book.released.has(`${subject} ${id}`)) continue;
    const position = seen.get(`${subject} ${id}`);
    if (position === undefined) {
      problems.push(`law 4: the acknowledged event ${id} is lost`);
      continue;
    }
    if (client < 0) continue;
    const last = lastOfClient.get(client) ?? -1;
    if (position < last) problems.push(`law 1: the event ${id} stands before one that was acknowledged earlier to the same client`);
    lastOfClient.set(client, position);
  }
  for (const { subject, epoch } of book.choices) {
    if (!book.erased.has(subject) && (epochs.get(subject) ?? -1) < epoch) problems.push('law 4: an acknowledged choice is lost');
  }
}

/** What is not defined for the simulated world is built in, and kept for `personalise`. */
function purposeOf(name: string, what: 'trait' | 'segment'): Purpose {
  const defined = what === 'trait' ? worldDefinitions.traits : worldDefinitions.segments;
  return defined.find((each) => each.name === name)?.purpose ?? 'personalise';
}

/** No row of state rests on what is not granted: every visit has a `train` grant or basis, every profile a `personalise` one. */
export function checkRows(lines: Iterable<string>, log: Log, declaredPurposes: ReadonlySet<Purpose>): string[] {
  const held = new Map<string, Held>();
  for (const entry of log.read(0)) {
    if (entry.bytes === null) continue;
    const event = decodeEvent(entry.bytes, entry.mask);
    if (event.type === systemTypes.consentChanged) applyConsent(held, event);
  }
  const problems: string[] = [];
  const need = (subject: string, purpose: Purpose, what: string): void => {
    if (declaredPurposes.has(purpose) || bitOf(purpose) === 0) return;
    if (held.get(`${subject} ${purpose}`)?.choice !== 'granted') problems.push(`law 3: ${what} rests on no grant of ${purpose}`);
  };
  for (const line of lines) {
    const [part, first, second, third] = line.split('\t');
    if (part === 'visit' && first === 'row' && third !== undefined)
      need((JSON.parse(third) as { subject: string }).subject, 'train', `the visit ${second}`); // our own dump
    // our own dump
    if (part === 'profile' && first !== undefined && first !== 'cut') {
      const subject = JSON.parse(first) as string;
      for (const trait of Object.keys(JSON.parse(second ?? '{}') as object)) need(subject, purposeOf(trait, 'trait'), `the trait ${trait}`);
    }
    if (part === 'segment' && first !== undefined && first !== 'count') {
      const subject = JSON.parse(first) as string;
      for (const segment of Object.keys(JSON.parse(second ?? '{}') as object))
        need(subject, purposeOf(segment, 'segment'), `the segment ${segment}`);
    }
  }
  return problems;
}
