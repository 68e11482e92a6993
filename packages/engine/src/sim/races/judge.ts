// The checks of the race suite: what may be seen of a person after each answer and each acknowledgement, read from the ledger alone.
// What state holds is read from the lines of its dump; of the engine's own judgement nothing is asked.
import type { DecisionRecord } from '../../model/decision.js';
import type { AppendEvent } from '../../ports/log.js';
import type { Engine } from '../../runtime/engine.js';
import type { GatedLog } from './gated-log.js';
import { Ledger, type Use } from './ledger.js';

export class Judge {
  readonly problems: string[] = [];
  readonly ledger: Ledger;
  readonly #log: GatedLog;

  constructor(log: GatedLog) {
    this.#log = log;
    this.ledger = new Ledger(log);
  }

  /** Law 3 at append: nothing is kept for a use that nothing allows at this place of the log. */
  appended(first: number, events: readonly AppendEvent[]): void {
    for (const entry of this.ledger.add(first, events)) {
      if (entry.properties['product_id'] === undefined) continue;
      for (const use of this.ledger.keptFor(entry))
        if (!this.ledger.allows(entry, use)) this.#problem(`the event at ${entry.position} is kept for ${use} without a grant`);
    }
  }

  /** A decision as scored, not yet given. */
  scored(draft: DecisionRecord): void {
    if (draft.mode === 'personal' && !this.ledger.readable(draft.subject ?? '', 'personalise', this.#log.head))
      this.#problem('a decision was scored as personal after the withdrawal had its place in the log');
  }

  /** An answer as given: it stands last in the log. */
  answered(record: DecisionRecord, asked: { readonly subject?: string; readonly items: readonly string[] }): void {
    const at = this.#log.head - 1;
    if (record.mode === 'personal') {
      const subject = asked.subject ?? '';
      if (!this.ledger.readable(subject, 'personalise', at)) this.#problem(`the answer at ${at} is personal without a grant`);
      this.#inputs(record, at, subject);
    } else {
      if (record.subject !== null) this.#problem(`the contextual answer at ${at} names its asker`);
      if (record.inputs.some((item) => !asked.items.includes(item)))
        this.#problem(`the contextual answer at ${at} rests on what the request did not carry`);
    }
    const learned = this.ledger.items('train');
    for (const { item, score } of record.top)
      if (score > -2 && !learned.has(item))
        this.#problem(`the answer at ${at} was learned from what may no longer be learned from: ${item}`);
  }

  /** The engine said that a refusal holds. `from`: the log's head when it was asked for. */
  withdrawn(engine: Engine, subject: string, refused: readonly Use[], from: number): void {
    for (const use of refused) {
      const position = this.ledger.refuse(subject, use);
      if (position >= this.#log.durable) this.#problem(`the withdrawal at ${position} was acknowledged before it was on disk`);
      const last = this.ledger.choice(subject, use, this.#log.head);
      const before = last === null ? this.ledger.usable(subject, use)[0] : last.choice === 'granted' ? last.entry : undefined;
      if (before !== undefined && before.position < from)
        this.#problem(`after an acknowledged withdrawal ${use} still rests on ${before.position}`);
    }
    this.state(engine);
  }

  /** The engine said that a person is erased. `from`: the log's head when it was asked for. */
  erased(engine: Engine, subject: string, from: number): void {
    const { entries } = this.ledger;
    const own = entries.filter((entry) => entry.subject === subject);
    const gone = own.filter(({ position }) => !this.ledger.isLive(position));
    const until = Math.max(from - 1, ...gone.map(({ position }) => position));
    for (const entry of own) {
      const { position } = entry;
      if (!this.ledger.isLive(position)) {
        if (entry.properties['decision'] !== undefined && engine.why(entry.id).ok)
          this.#problem(`the erased decision of ${position} is told`);
        continue;
      }
      if (position <= until) this.#problem(`the event at ${position} has outlived the erasure of its person`);
    }
    if (this.ledger.torn(subject)) this.#problem('a part of a record is erased, and a part of it is not');
    if (own.length === gone.length && engine.profile(subject).ok) this.#problem('the profile of an erased person is told');
    this.log();
    this.state(engine);
  }

  /** What is in the log rests on what is in the log. */
  log(): void {
    for (const entry of this.ledger.entries) {
      if (entry.subject === null || !this.ledger.isLive(entry.position)) continue;
      const record = entry.properties['decision'] as Pick<DecisionRecord, 'inputs'> | undefined; // written by the engine
      if (record !== undefined) this.#inputs(record, entry.position, entry.subject, true);
      if (entry.properties['product_id'] === undefined) continue;
      for (const use of this.ledger.keptFor(entry))
        if (!this.ledger.allows(entry, use))
          this.#problem(`the event at ${entry.position} has outlived the grant for ${use} that it was kept under`);
    }
  }

  /** What state holds rests on events that are in the log and may be used. */
  state(engine: Engine): void {
    const { model, profiles, trace, decisions, dedupe, fold } = engine.core;
    for (const line of model.dump()) {
      const [kind, , text] = line.split('\t');
      if (kind === 'row') {
        const row = JSON.parse(text ?? '') as { subject: string; positions: number[] }; // a row of the model
        const usable = new Set(this.ledger.usable(row.subject, 'train').map(({ position }) => position));
        for (const position of row.positions)
          if (!usable.has(position)) this.#problem(`the model holds the event at ${position}, which may not be learned from`);
      } else this.#named(line, this.ledger.items('train'), 'the model');
    }
    for (const line of profiles.dump()) {
      const [name = ''] = line.split('\t');
      if (name === 'cut') continue;
      const subject = JSON.parse(name) as string; // a row begins with the name
      if (this.ledger.usable(subject, 'personalise').length === 0)
        this.#problem('a profile is left of a person of whom nothing may be used');
      this.#named(line, this.ledger.items('personalise', subject), 'a profile');
    }
    for (const line of trace.dump()) this.#positions(line, /\[([\d,]*)\]/, 'the trace');
    for (const line of decisions.dump()) this.#positions(line, /"position":(\d+)/, 'a decision');
    for (const line of dedupe.dump(fold.position)) this.#positions(line, /(\d+)/, 'the duplicate check');
  }

  #inputs(record: Pick<DecisionRecord, 'inputs'>, at: number, subject: string, settled = false): void {
    // A decision that was given stays a fact after a withdrawal, until its bytes go with those of the events; not after an erasure.
    const usable = settled
      ? new Set(this.ledger.live(subject).map(({ properties }) => properties['product_id']))
      : this.ledger.items('personalise', subject);
    for (const item of record.inputs)
      if (!usable.has(item)) this.#problem(`the decision at ${at} rests on what may not be used of its person: ${item}`);
  }

  /** Items are named so that they are found in any text. */
  #named(line: string, allowed: ReadonlySet<unknown>, where: string): void {
    for (const [item] of line.matchAll(/item-\w+/g)) if (!allowed.has(item)) this.#problem(`${where} holds ${item}, which may not be used`);
  }

  #positions(line: string, pattern: RegExp, where: string): void {
    for (const text of pattern.exec(line)?.[1]?.split(',') ?? [])
      if (text !== '' && !this.ledger.isLive(Number(text))) this.#problem(`${where} holds the erased position ${text}`);
  }

  #problem(problem: string): void {
    if (!this.problems.includes(problem)) this.problems.push(problem);
  }
}
