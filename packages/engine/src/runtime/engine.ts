// The engine of one tenant: what a host calls, in process or behind the HTTP door. All I/O goes through the ports it was opened with.
import { CodedError } from '../base/errors.js';
import type { HashKey } from '../base/half-sip-hash.js';
import { dayOf } from '../base/day.js';
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import { canonicalJson, isSayable } from '../base/canonical-json.js';
import type { BehaviourEvent } from '../model/event.js';
import { isId } from '../model/id.js';
import type { EventType } from '../model/event-type.js';
import type { Item } from '../model/item.js';
import type { DecisionRecord, RankRequest } from '../model/decision.js';
import { packDecision } from '../model/decision-codec.js';
import type { DecisionPoint } from '../model/decision-point.js';
import type { ChoiceRecord, ChoiceRequest } from '../model/choice.js';
import { systemTypes, type BasisDeclaration, type ConsentChange } from '../model/system-event.js';
import { everyPurpose, type Waiting } from '../collect/sequencer.js';
import type { IncomingEvent } from '../collect/incoming.js';
import type { Draft } from '../influence/rank.js';
import { checkRank } from '../influence/rank-request.js';
import type { VisitSettings } from '../predict/visits/visit-settings.js';
import type { Compaction, Log, VerifyReport } from '../ports/log.js';
import type { Counterfactual } from '../answer/counterfactual.js';
import type { Ledger } from '../answer/ledger/ledger.js';
import type { Why } from '../answer/why.js';
import { archiveOf, type ArchiveParticulars } from './archive.js';
import { Backups } from './backups.js';
import type { WhyInFull } from '../answer/why-in-full.js';
import type { ChoiceWhy } from '../answer/why-choice.js';
import { Choosing } from './choosing.js';
import { PackModelling, type PackModellingParts } from './pack-modelling.js';
import { Planning } from './planning.js';
import { guarded } from '../pack/combined.js';
import type { Guardrail } from '../pack/pack.js';
import type { Core } from './core.js';
import { Decided } from './decided.js';
import { Desk } from './desk.js';
import { isKeepPeriod, isSameBasis } from '../consent/registry.js';
import { lawBreachOf } from './law-breach.js';
import { KeptByLaw } from './kept-by-law.js';
import { changedDefinitions } from './changed-definitions.js';
import type { Definitions } from '../model/definitions.js';
import { Answers } from './answers.js';
import { Erasures, type Erased } from './erasures.js';
import { retentionDaysOf } from './retention-days.js';
import { Rights, type Corrected } from './rights.js';
import { Tellings } from './tellings.js';
import type { Deployment } from '../model/deployment.js';
import { closeAll, closingOf } from './close-all.js';
import { Checkpoints } from './checkpoints.js';
import { Compactions } from './compactions.js';
import type { EngineOptions, Health, ProfileView } from './engine-options.js';
import { profileView } from './profile-view.js';
import { recover, type Progress } from './recover.js';
import { Insights } from './insights.js';
import { Segmentation } from './segmentation.js';
import { shopTypes } from './shop-types.js';
import { Unmaskings } from './unmaskings.js';
import { Writer, type WriteAnswer } from './writer.js';

export const defaultPoints: readonly DecisionPoint[] = [{ name: 'home', kind: 'rank', limit: 10, uniformPpm: 10_000 }];

export class Engine {
  readonly core: Core;
  readonly answers: Answers;
  readonly backups: Backups;
  /** What people ask for. */
  readonly desk: Desk;
  /** To whom data was given, and what they are owed. */
  readonly tellings: Tellings;
  /** Who saw whom. */
  readonly unmaskings: Unmaskings;
  /** What a law obliges to keep, and legal holds. */
  readonly kept: KeptByLaw;
  readonly segmentation: Segmentation;
  readonly insights: Insights;
  readonly #options: EngineOptions;
  readonly #writer: Writer;
  readonly #checkpoints: Checkpoints;
  readonly #erasures: Erasures;
  readonly #rights: Rights;
  /** Points at which one action is chosen. */
  readonly choosing: Choosing;
  /** Points at which a course is planned. */
  readonly planning: Planning;
  readonly packModelling: PackModelling;
  /** What was decided. */
  readonly decided: Decided;
  readonly #points = new Map<string, DecisionPoint>();
  #cancelTimers: (() => void)[] = [];
  #tickedAt: number;
  #expiring: Promise<unknown> = Promise.resolve();
  #cutDay = 0;
  readonly #compactions: Compactions;
  #closing: Promise<void> | null = null;

  private constructor(core: Core, options: EngineOptions) {
    this.core = core;
    this.#options = options;
    this.#tickedAt = core.fold.position;
    this.insights = new Insights(core, options.clock, options.hashKey);
    this.segmentation = new Segmentation({
      core,
      clock: options.clock,
      hashKey: options.hashKey,
      record: (type, properties) => this.#facts([{ type, properties }]),
    });
    for (const point of options.points ?? defaultPoints) this.#points.set(point.name, point);
    this.#writer = new Writer({
      log: options.log,
      clock: options.clock,
      sequencer: core.sequencer,
      fold: core.fold,
      onSettled: () => this.#afterSettling(),
      relief: () => (core.tables.pressure < 2 ? null : this.#checkpoints.running),
      onHalt: (error) => options.onHalt?.(error),
    });
    this.#compactions = new Compactions(options.log, core, this.#writer);
    this.#checkpoints = new Checkpoints({
      core,
      log: options.log,
      clock: options.clock,
      isHalted: () => this.#writer.halted,
      halt: (error) => this.#writer.halt(error),
      forgetting: () => this.#erasures.forgetting,
      onDone: () => this.answers.save(),
    });
    this.backups = new Backups({ disk: options.disk, log: options.log, clock: options.clock, writer: this.#writer });
    this.answers = new Answers({ ...options, core, writer: this.#writer, newId: (prefix) => this.#newId(prefix) });
    this.tellings = new Tellings({
      core,
      log: options.log,
      clock: options.clock,
      writer: this.#writer,
      suppressions: options.suppressions,
      newId: (prefix) => this.#newId(prefix),
      schedule: () => this.#erasures.schedule(),
    });
    this.unmaskings = new Unmaskings({
      core,
      log: options.log,
      clock: options.clock,
      writer: this.#writer,
      suppressions: options.suppressions,
      newId: (prefix) => this.#newId(prefix),
    });
    this.kept = new KeptByLaw({
      ...options,
      core,
      writer: this.#writer,
      newId: (prefix) => this.#newId(prefix),
      act: (act) => this.answers.act(act),
    });
    this.desk = new Desk({
      core,
      log: options.log,
      clock: options.clock,
      writer: this.#writer,
      suppressions: options.suppressions,
      proofs: options.proofs,
      newId: (prefix) => this.#newId(prefix),
      works: this,
    });
    this.#erasures = new Erasures({
      core,
      log: options.log,
      state: options.state,
      writer: this.#writer,
      clock: options.clock,
      suppressions: options.suppressions,
      kept: this.kept,
      newId: () => this.#newId('e'),
      owing: (subjects) => this.tellings.owing(subjects, 'erased'),
      newSalt: () => options.entropy.bytes(32),
      beforeCompletion: () => this.#rights.carryOut().then(() => this.packModelling.publishAgain()),
      checkpoint: () => this.#checkpoints.now(),
      record: async (type, properties) => {
        const done = await this.#facts([{ type, properties }]);
        if (!done.ok) throw new CodedError(done.code);
      },
    });
    this.#rights = new Rights({
      core,
      log: options.log,
      clock: options.clock,
      erasures: this.#erasures,
      newId: () => this.#newId('r'),
      owing: (subjects) => this.tellings.owing(subjects, 'corrected'),
      writer: this.#writer,
      kept: this.kept,
    });
    const parts = { ...options, core, writer: this.#writer, newId: () => this.#newId('d'), guardrails: this.guardrails };
    const record: PackModellingParts['record'] = (type, properties) => this.#facts([{ type, properties }]);
    this.choosing = new Choosing({ ...parts, record, traits: options.definitions?.traits ?? core.traits }, options.choicePoints ?? []);
    this.decided = new Decided(parts);
    this.planning = new Planning({ ...parts, decided: this.decided }, options.planPoints ?? []);
    this.packModelling = new PackModelling({ ...parts, record });
  }

  /** Every point that ranks. */
  get points(): readonly DecisionPoint[] {
    return [...this.#points.values()];
  }

  /** What rankings and plans leave out, whoever asks. */
  get guardrails(): readonly Guardrail[] {
    return this.#options.guardrails ?? [];
  }

  /** The tree over the log's headers, and who signs for it. */
  get ledger(): Ledger {
    return this.answers.ledger;
  }

  /** The log beneath, for reading: audits, exports, tests. */
  get log(): Log {
    return this.#options.log;
  }

  /** The key of this tenant's hash tables. */
  get hashKey(): HashKey {
    return this.#options.hashKey;
  }

  /** What the deployment says of itself. */
  get deployment(): Deployment {
    return this.#options.deployment ?? {};
  }

  /**
   * Recovers what is on disk, holds the deployment to the law, registers the event types, starts the timers. Rejects with CodedError:
   * law_gate, naming article and remedy; nothing is left open then.
   */
  static async open(options: EngineOptions): Promise<Engine> {
    let made: Engine | null = null;
    try {
      made = new Engine(await recover(options, options.onReplay), options);
      const types = options.eventTypes ?? shopTypes;
      const refused = lawBreachOf(made.core.registry.list(), types, [...made.points, ...made.planning.points], options);
      if (refused !== null) throw new CodedError('law_gate', refused);
      if (await made.#define(options.definitions)) made = new Engine(await recover(options, options.onReplay), options);
      await made.#begin(types);
      return made;
    } catch (error) {
      await (made === null ? closeAll(closingOf(options)) : (made.#closing ??= made.#end(false))).catch(() => undefined);
      throw error;
    }
  }

  async #begin(types: readonly EventType[]): Promise<void> {
    const { checkpointMs = limits.checkpointMs, compactEveryMs = limits.compactEveryMs, tickMs = limits.tickMs } = this.#options;
    await this.#register(types);
    // [C30]
    await this.#erasures.carryOut();
    await this.#rights.forgetCorrected().then(() => this.tellings.forgetAcknowledged());
    await this.kept.destroyDue();
    this.#every(checkpointMs, () => this.#checkpoints.start());
    this.#every(compactEveryMs, () => this.#compactions.start());
    if (tickMs <= 0) return;
    // The last day turned while nobody was there.
    if (!this.core.segments.isIdle) await this.moveTime();
    this.#every(tickMs, () => this.#tick());
  }

  /** Takes events: each is either on disk and folded, or listed with the code that refused it, when this resolves. */
  accept(events: readonly IncomingEvent[]): Promise<Result<WriteAnswer>> {
    return this.#writer.submit(events.map((event) => ({ kind: 'behaviour', event })));
  }

  /** Records a person's choices. Resolves when they hold; repeating what holds writes nothing. */
  async choose(subject: string, change: ConsentChange, occurredAt?: number): Promise<Result<{ readonly epoch: number }>> {
    const now = this.#options.clock.now();
    const waiting: Waiting = { kind: 'consent', subject, change, occurredAt: Math.min(occurredAt ?? now, now), id: this.#newId('c') };
    const done = await this.#writer.submit([waiting]);
    if (!done.ok) return done;
    const rejection = done.value.rejections[0];
    if (rejection !== undefined) return fail(rejection.code, rejection.field);
    return ok({ epoch: this.core.gate.epoch(subject) });
  }

  /** Adds or replaces items, whole: all of them, or none. Fails with item_shape where the log could not say what memory would hold. */
  upsertItems(items: readonly Item[]): Promise<Result<WriteAnswer>> {
    const wrong = items.findIndex((item) => !isId(item.id) || !isSayable(item));
    if (wrong >= 0) return Promise.resolve(fail('item_shape', `/items/${wrong}`));
    return this.#facts(items.map((item) => ({ type: systemTypes.itemUpserted, properties: { item } })));
  }

  /** Fails with item_shape where one cannot be an id. */
  retireItems(ids: readonly string[]): Promise<Result<WriteAnswer>> {
    const wrong = ids.findIndex((id) => !isId(id));
    if (wrong >= 0) return Promise.resolve(fail('item_shape', `/${wrong}`));
    return this.#facts(ids.map((id) => ({ type: systemTypes.itemRetired, properties: { id } })));
  }

  /** Makes rankings by these settings from now on. Logged, so that a replay does the same and decisions name it. */
  tune(settings: VisitSettings): Promise<Result<WriteAnswer>> {
    return this.#facts([{ type: systemTypes.modelTuned, properties: { settings } }]);
  }

  /** Declares, with its reason, that a lawful basis other than consent holds for an event type and purpose. Logged. */
  declareBasis(declaration: BasisDeclaration): Promise<Result<WriteAnswer>> {
    const type = this.core.registry.known(declaration.eventType)?.type;
    if (type === undefined) return Promise.resolve(fail('event_type_unknown', '/eventType'));
    // [C3]
    if (type.purposes[declaration.purpose] !== 'declared') return Promise.resolve(fail('basis_not_declarable', '/purpose'));
    if (!isKeepPeriod(declaration)) return Promise.resolve(fail('basis_not_declarable', '/keepDays'));
    const held = this.core.registry.declared(declaration.eventType, declaration.purpose);
    if (held !== undefined && isSameBasis(held, declaration)) return Promise.resolve(ok({ accepted: 0, rejections: [] }));
    return this.#facts([{ type: systemTypes.basisDeclared, properties: { declaration } }]);
  }

  /** Rows and the mark of how far an import has come, as one record: they are there together or not at all. */
  async importRows(
    events: readonly IncomingEvent[],
    mark: { readonly source: string; readonly row: number; readonly offset: number },
  ): Promise<Result<WriteAnswer>> {
    const waiting: Waiting[] = events.map((event) => ({ kind: 'behaviour', event }));
    waiting.push({ kind: 'fact', event: this.#fact(systemTypes.importProgress, { ...mark }, `import:${mark.source}:${mark.row}`) });
    return this.#writer.submit(waiting);
  }

  /** How far an import of that source has come. */
  importMark(source: string): { readonly row: number; readonly offset: number } | undefined {
    return this.core.imports.get(source);
  }

  /** Decides: an ordered list with its reasons. The record is in the log before this returns. */
  rank(request: RankRequest): Result<DecisionRecord> {
    const draft = this.prepareRank(request);
    return draft.ok ? this.emitRank(draft.value) : draft;
  }

  /** First half of `rank`: reads and scores. Fails with point_unknown, body_shape. */
  prepareRank(request: RankRequest): Result<Draft> {
    const point = this.#points.get(request.point);
    if (point === undefined) return fail('point_unknown');
    const asked = checkRank(point.name, request);
    if (!asked.ok) return asked;
    const filter = guarded(asked.value.filter, point.name, this.guardrails);
    return ok(this.core.rank.prepare(filter === undefined ? asked.value : { ...asked.value, filter }, point, this.#newId('d')));
  }

  /** Second half: compares consent again, appends the record, and only then answers. */
  emitRank(draft: Draft): Result<DecisionRecord> {
    const record = this.core.rank.settle(draft);
    const event: BehaviourEvent = {
      id: record.id,
      subject: record.subject,
      type: systemTypes.decisionMade,
      occurredAt: record.at,
      receivedAt: record.at,
      source: 'engine',
      properties: { decision: packDecision(record) },
      mask: everyPurpose,
    };
    const appended = this.#writer.appendNow([event]);
    if (!appended.ok) return appended;
    this.core.choices.placeList(record);
    return ok(record);
  }

  /** Decides: one action, or none. Resolves when its record is on disk. */
  chooseAction(request: ChoiceRequest): Promise<Result<ChoiceRecord>> {
    return this.choosing.choose(request);
  }

  /** Why a choice was what it was, and what became of it. Fails with decision_unknown, decision_withdrawn. */
  whyChoice(id: string): Result<ChoiceWhy> {
    return this.decided.whyChoice(id);
  }

  /** Why a decision was what it was, and what became of it. Fails with decision_unknown, decision_withdrawn. */
  why(id: string): Result<Why> {
    return this.decided.why(id);
  }

  /**
   * The same for the operator: with every sum, what does not follow from the record, and what would have changed it, which is found and
   * verified by deciding it again, now. Fails with decision_unknown, decision_withdrawn.
   */
  whyInFull(id: string): Promise<Result<WhyInFull>> {
    return this.decided.whyInFull(id);
  }

  /** What would change a decision. Fails with no_grant: what it started from may be read no more. */
  counterfactual(record: DecisionRecord): Promise<Result<Counterfactual>> {
    return this.decided.counterfactual(record);
  }

  /** What is known of a subject: what they chose, and the traits folded from what they allowed. Fails with subject_unknown. */
  profile(subject: string): Result<ProfileView> {
    return profileView(this.core, this.segmentation, subject);
  }

  /**
   * All that is kept about a person, under all their ids, for that person: the bytes of a ZIP. Reading throws CodedError: subject_unknown;
   * permit_stale when they have changed their consent meanwhile.
   */
  archive(subject: string): AsyncGenerator<Uint8Array> {
    return archiveOf(subject, this.archiveParts);
  }

  get archiveParts(): ArchiveParticulars {
    return { core: this.core, log: this.#options.log, clock: this.#options.clock };
  }

  /**
   * Erases subjects: their events become gaps in the log, their rows and everything learned from them go, and what they captured before is
   * refused from now on. Resolves when that holds and is on disk; the bytes and keys beneath are destroyed by the receipt's deadline.
   */
  erase(subjects: readonly string[]): Promise<Erased> {
    return this.#erasures.erase(subjects);
  }

  /**
   * Corrects one event of a person: profile, segments and models become what they were had it been right from the start, and the wrong one
   * a gap. Resolves with the decisions for them that started from the wrong one.
   */
  correct(subject: string, id: string, properties: BehaviourEvent['properties']): Promise<Result<Corrected>> {
    return this.#rights.correct(subject, id, properties);
  }

  /**
   * Says that two ids are one person's, or are so no more; `evidence`: what the host rests it on. Linking takes the stricter side of what
   * was chosen, per purpose, and only a grant that is given after it widens; unlinking gives nothing back.
   */
  async link(subject: string, other: string, linked: boolean, evidence: string): Promise<Result<{ readonly ids: readonly string[] }>> {
    const owing = linked ? this.tellings.owingByLink(subject, other) : [];
    if (owing.length > 0) await this.#facts(owing);
    const done = await this.#writer.submit([{ kind: 'link', subject, other, linked, evidence, id: this.#newId('l') }]);
    if (!done.ok) return done;
    const refusal = done.value.rejections[0];
    return refusal === undefined ? ok({ ids: this.core.identity.members(subject) }) : fail(refusal.code, refusal.field);
  }

  /** Freezes a person, or lifts that: what is held stays, but nothing is added, read or learned from. */
  async restrict(subject: string, restricted: boolean, origin: string): Promise<Result<{ readonly epoch: number }>> {
    if (this.core.gate.row(subject) === undefined && !this.core.trace.has(subject)) return fail('subject_unknown');
    const owing = restricted ? this.tellings.owingByFreeze(subject) : [];
    if (owing.length > 0) await this.#facts(owing);
    return this.choose(subject, { choices: {}, origin, restricted });
  }

  /** Seals by person what is due, and wraps every key under a new wrapping key; the old one is destroyed. */
  rekey(): Promise<Compaction> {
    return this.#options.log.compact({ words: this.core.words() });
  }

  /** Destroys the bytes and keys of everybody erased so far, now. */
  completeErasures(): Promise<Compaction> {
    return this.#erasures.complete();
  }

  /** Takes out what is past the retention of its event type by today. Resolves with how many events. */
  cutRetention(): Promise<number> {
    const cut = this.#expiring.then(() => this.#cutRetention());
    this.#expiring = cut.catch(() => undefined);
    return cut;
  }

  async #cutRetention(): Promise<number> {
    this.#cutDay = dayOf(this.#options.clock.now());
    const periods = retentionDaysOf(this.core.registry.list());
    const types = Object.fromEntries([...periods].map(([name, days]) => [name, this.#cutDay - days]));
    const cut = { day: this.#cutDay - limits.counterDays, types };
    await this.#facts([{ type: systemTypes.retentionCut, properties: cut }]);
    await this.kept.destroyDue();
    return this.#rights.forgetExpired(() => this.#closing !== null);
  }

  /** Puts the time into the log, as a tick does, and brings segments up to it. */
  async moveTime(): Promise<void> {
    await this.#facts([{ type: systemTypes.tick, properties: {} }]);
    this.#tickedAt = this.core.fold.position;
    await this.segmentation.keepUp();
  }

  health(): Health {
    const now = this.#options.clock.now();
    const { requests, notices, receipts } = this.core;
    const overdue = { requests: requests.overdue(now), notices: notices.overdue(now), erasures: receipts.overdue(now) };
    return {
      status: this.#writer.halted ? 'stopped' : overdue.erasures > 0 ? 'degraded' : 'ok',
      events: this.core.fold.position,
      waitingEvents: this.#writer.waitingEvents,
      items: this.core.catalogue.size,
      visits: this.core.model.index.visits,
      points: [...this.#points.keys()],
      decisionPoints: [...this.points, ...this.choosing.points, ...this.planning.points].map(({ name, kind }) => ({ name, kind })),
      durability: 'durable',
      overdue,
      failing: this.#erasures.failing ?? this.#compactions.failing,
    };
  }

  /** Canonical lines of the state, after everything accepted has been folded. */
  async dump(): Promise<Iterable<string>> {
    await this.#writer.drain();
    return this.core.dump();
  }

  /** Checks the whole log and that every decision still in it follows from its own record. */
  async verify(onProgress?: Progress): Promise<VerifyReport> {
    await this.#writer.drain();
    return this.#options.log.verify(onProgress);
  }

  drain(): Promise<void> {
    return this.#writer.drain();
  }

  /** Writes what waits, checkpoints the state, closes the stores: all of them, also when one fails. The same for everybody who asks. */
  close(): Promise<void> {
    return (this.#closing ??= this.#end(true));
  }

  /** `inPeace`: what is folded is whole, and may be written. */
  #end(inPeace: boolean): Promise<void> {
    for (const cancel of this.#cancelTimers) cancel();
    this.#options.log.endCompaction();
    const write = async (): Promise<void> => {
      if (inPeace && !this.#writer.halted) await this.#writer.drain().then(() => this.#checkpoints.last());
    };
    const running = [
      () => this.backups.close(),
      () => this.#expiring,
      () => this.#compactions.idle(),
      () => this.kept.idle(),
      () => this.#erasures.close(),
    ];
    return closeAll([...running, write, () => this.answers.close(inPeace && !this.#writer.halted), ...closingOf(this.#options)]);
  }

  /** Puts definitions into the log; true when the log has to be folded anew with them. */
  async #define(asked: Definitions | undefined): Promise<boolean> {
    const definitions = changedDefinitions(asked, this.core.definitions);
    if (definitions === undefined) return false;
    const done = await this.#facts([{ type: systemTypes.definitionsChanged, properties: { definitions } }]);
    if (!done.ok) throw new CodedError(done.code);
    await this.#writer.drain();
    return true;
  }

  async #register(types: readonly EventType[]): Promise<void> {
    const fresh = types.filter((type) => {
      const known = this.core.registry.known(type.name);
      return known === undefined || canonicalJson(known.type) !== canonicalJson(type);
    });
    if (fresh.length === 0) return;
    const done = await this.#facts(fresh.map((eventType) => ({ type: systemTypes.typeRegistered, properties: { eventType } })));
    if (!done.ok) throw new CodedError(done.code);
  }

  #facts(facts: readonly { readonly type: string; readonly properties: BehaviourEvent['properties'] }[]): Promise<Result<WriteAnswer>> {
    return this.#writer.submit(
      facts.map(({ type, properties }) => ({ kind: 'fact', event: this.#fact(type, properties, this.#newId('f')) })),
    );
  }

  #fact(type: string, properties: BehaviourEvent['properties'], id: string): Omit<BehaviourEvent, 'receivedAt' | 'mask'> {
    return { id, subject: null, type, occurredAt: this.#options.clock.now(), source: 'engine', properties };
  }

  #newId(prefix: string): string {
    return `${prefix}_${Buffer.from(this.#options.entropy.bytes(15)).toString('base64url')}`;
  }

  /** Time enters the log as events: a tick a minute while anything happens, a retention cut when the day turns. */
  #tick(): void {
    // Segments move with the day although nothing happens.
    const isStill =
      !this.kept.isDue &&
      this.core.fold.position === this.#tickedAt &&
      (this.core.segments.isIdle || dayOf(this.#options.clock.now()) === this.#cutDay);
    if (this.#closing !== null || this.#writer.halted || isStill) return;
    void this.moveTime().catch(() => undefined);
    // Another day, not a later one: a clock that was ahead comes back.
    if (dayOf(this.#options.clock.now()) !== this.#cutDay) void this.cutRetention().catch(() => undefined);
  }

  #every(ms: number, task: () => void): void {
    const slot = this.#cancelTimers.length;
    const next = (): void => {
      if (this.#closing !== null) return;
      task();
      this.#cancelTimers[slot] = this.#options.clock.after(ms, next);
    };
    this.#cancelTimers[slot] = this.#options.clock.after(ms, next);
  }

  #afterSettling(): void {
    if (this.core.withdrawals.isOwed) this.#erasures.schedule();
    this.answers.keepUp();
    this.#checkpoints.startIfDue();
  }
}
