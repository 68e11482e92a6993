// The core: everything that is folded from the log, put together over the ports. It owns no I/O of its own; runtime/engine.ts drives it.
import { canonicalJson } from '../base/canonical-json.js';
import { HalfSipHash, type HashKey } from '../base/half-sip-hash.js';
import { limits } from '../base/limits.js';
import { Devices } from '../answer/devices.js';
import { Holds } from '../answer/holds.js';
import { Notices } from '../answer/notices.js';
import { KeyActs } from '../answer/key-acts.js';
import { Receipts } from '../answer/receipts.js';
import { Recipients } from '../answer/recipients.js';
import { Requests } from '../answer/requests.js';
import { Dedupe } from '../collect/dedupe.js';
import { Sequencer } from '../collect/sequencer.js';
import { Validator } from '../collect/validate.js';
import { Gate } from '../consent/gate.js';
import { Registry } from '../consent/registry.js';
import { epochOf, type StandingRow } from '../consent/standing-row.js';
import type { Suppressions } from '../consent/suppressions.js';
import { Choices, type ChoiceRow, type PointState } from '../influence/choices.js';
import { Choose } from '../influence/choose.js';
import { Decisions } from '../influence/decisions.js';
import { Rank } from '../influence/rank.js';
import { Plan } from '../influence/plan.js';
import { Plans, type WishRow } from '../influence/plans.js';
import type { Clock } from '../ports/clock.js';
import type { Draw } from '../ports/draw.js';
import type { Log } from '../ports/log.js';
import type { State } from '../ports/state.js';
import { Sections, type SectionedRow } from '../ports/sections.js';
import { Tables } from '../ports/tables.js';
import { DueDays } from './due-days.js';
import { SharedDecisions } from './shared-decisions.js';
import { wordsOf } from './words.js';
import { itemOf, NextItem, type VisitSpans } from '../predict/next-item.js';
import { PackModels, type ActRow, type PublishedRow } from '../predict/pack/pack-models.js';
import type { VisitRow } from '../predict/visits/visit-row.js';
import { Catalogue } from '../understand/catalogue.js';
import { Consents } from '../understand/consents.js';
import { Corrections } from '../understand/corrections.js';
import { Imports } from '../understand/imports.js';
import { Fold } from '../understand/fold.js';
import { Profiles, type ProfileRow } from '../understand/profile.js';
import { Identity } from '../understand/identity.js';
import { historyOf } from '../understand/history.js';
import type { TextOf, Trait } from '../understand/trait.js';
import { Trace, type TraceRow } from '../understand/trace.js';
import { Withdrawals } from '../understand/withdrawals.js';
import { DefinitionsInForce } from '../understand/definitions-in-force.js';
import { Segments, type SegmentRow } from '../understand/segments/segments.js';
import { Timeline } from '../understand/segments/timeline.js';
import { traitOf } from '../understand/trait-spec.js';
import { noDefinitions, type Definitions } from '../model/definitions.js';
import { defaultTraits } from './default-traits.js';

/** Format of the state's rows. Any change of what is folded, or how, gives it a new number: the state is then rebuilt from the log. */
export const stateFormat = 'ethogram-state/15';

/** The format of a state that was folded with these definitions: with others it is another state. */
export function stateFormatOf(definitions: Definitions): string {
  const text = canonicalJson(definitions);
  if (text === canonicalJson(noDefinitions)) return stateFormat;
  const hash = new HalfSipHash([text.length, 0]);
  hash.hash(text);
  return `${stateFormat} ${text.length} ${hash.high} ${hash.low}`;
}

export interface CoreOptions {
  readonly log: Log;
  readonly state: State;
  readonly clock: Clock;
  readonly draw: Draw;
  readonly hashKey: HashKey;
  /** Who was erased: what they captured before is refused. */
  readonly suppressions: Suppressions;
  readonly modelWindowPositions?: number;
  readonly dedupePositions?: number;
  readonly cachedRowsMax?: number;
}

export class Core {
  readonly tables: Tables;
  readonly registry: Registry;
  readonly suppressions: Suppressions;
  readonly gate: Gate;
  readonly dedupe: Dedupe;
  readonly profiles: Profiles;
  readonly catalogue: Catalogue;
  readonly identity: Identity;
  readonly shared: SharedDecisions;
  readonly trace: Trace;
  readonly model: NextItem;
  readonly packModels: PackModels;
  readonly plans: Plans;
  readonly decisions: Decisions;
  readonly choices: Choices;
  readonly imports: Imports;
  readonly receipts: Receipts;
  readonly keyActs: KeyActs;
  readonly withdrawals: Withdrawals;
  readonly requests: Requests;
  readonly devices: Devices;
  readonly recipients: Recipients;
  readonly notices: Notices;
  readonly holds: Holds;
  readonly corrections: Corrections;
  readonly dueDays: DueDays;
  readonly fold: Fold;
  readonly traits: readonly Trait[];
  readonly segments: Segments;
  readonly definitions: Definitions;
  readonly validator = new Validator();
  readonly sequencer: Sequencer;
  readonly rank: Rank;
  readonly choose: Choose;
  readonly plan: Plan;

  /** Over a state that reflects the log up to `position`. */
  constructor(options: CoreOptions, position: number, definitions: Definitions = noDefinitions) {
    this.definitions = definitions;
    const tables = new Tables(options.state, options.clock, options.cachedRowsMax ?? limits.cachedRowsMax);
    this.tables = tables;
    const meta = tables.table<number>('meta');
    // Their order is part of the format of the state.
    const persons = tables.table<SectionedRow>('person');
    const people = new Sections(persons);
    const standings = people.section<StandingRow>('consent');
    const profiles = people.section<ProfileRow>('profile');
    const traces = people.section<TraceRow>('trace');
    const spans = people.section<VisitSpans>('span');
    const memberships = people.section<SegmentRow>('segment');
    this.suppressions = options.suppressions;
    this.registry = new Registry(tables.table('type'), tables.table('basis'));
    this.gate = new Gate(this.registry, standings);
    this.dedupe = new Dedupe(options.hashKey, options.dedupePositions ?? limits.dedupePositions);
    this.dedupe.load(options.state.range(Dedupe.tableName), position);
    const consents = new Consents(this.gate, this.registry);
    const item: TextOf = (event, at) => itemOf(event, at, this.registry);

    this.traits = [...defaultTraits(this.registry), ...definitions.traits.map((spec) => traitOf(spec, item))];
    this.profiles = new Profiles(profiles, meta, this.traits);
    this.segments = new Segments({
      definitions,
      traits: this.traits,
      rows: memberships,
      members: tables.table('member'),
      counts: tables.table('membercount'),
      dues: tables.table('memberdue'),
      timeline: new Timeline(tables.table('timeline')),
      profiles: this.profiles,
    });
    this.catalogue = new Catalogue(tables.table('item'), meta);
    this.trace = new Trace(traces, tables.table('positions'));
    this.model = new NextItem({
      rows: tables.table<VisitRow, number>('visit', persons),
      spans,
      gate: this.gate,
      registry: this.registry,
      meta,
      tuned: tables.table('tuned'),
      hashKey: options.hashKey,
      ...(options.modelWindowPositions === undefined ? {} : { windowPositions: options.modelWindowPositions }),
    });
    this.decisions = new Decisions(tables.table('decision'));
    this.choices = new Choices({
      rows: tables.table<ChoiceRow>('choice'),
      points: tables.table<PointState>('point'),
      spent: tables.table<number>('spent'),
      meta,
      gate: this.gate,
    });
    this.packModels = new PackModels({
      specs: definitions.models ?? [],
      rows: tables.table<ActRow>('act'),
      published: tables.table<PublishedRow>('published'),
      gate: this.gate,
      registry: this.registry,
      catalogue: this.catalogue,
      isOverdue: (at, now) => this.receipts.isOverdue(at, now),
    });
    this.plans = new Plans(tables.table<WishRow>('wish'), tables.table<number[]>('joined'));
    this.imports = new Imports(tables.table('import'));
    this.receipts = new Receipts(tables.table('receipt'));
    this.keyActs = new KeyActs(tables.table('key'));
    this.identity = new Identity(tables.table('edge'), tables.table('parted'));
    this.shared = new SharedDecisions({ identity: this.identity, trace: this.trace, decisions: this.decisions, log: options.log });
    this.requests = new Requests(tables.table('request'));
    this.withdrawals = new Withdrawals(
      tables.table('withdrawal'),
      (subject) => epochOf(this.gate.row(subject)),
      (changed) => this.requests.endsReview(changed),
    );
    this.devices = new Devices(tables.table('device'));
    this.recipients = new Recipients(tables.table('recipient'));
    this.notices = new Notices(tables.table('notice'));
    this.holds = new Holds(tables.table('hold'));
    this.corrections = new Corrections(tables.table('correction'));
    this.dueDays = new DueDays(() => this.registry.list(), position);
    const {
      catalogue,
      identity,
      profiles: traits,
      segments,
      trace,
      model,
      decisions,
      choices,
      imports,
      receipts,
      withdrawals,
      keyActs,
    } = this;
    const parts = [
      consents,
      catalogue,
      identity,
      segments.clock,
      traits,
      segments,
      trace,
      model,
      decisions,
      choices,
      this.packModels,
      this.plans,
      imports,
      receipts,
      withdrawals,
      keyActs,
      this.requests,
      this.devices,
      this.recipients,
      this.notices,
      this.holds,
      this.corrections,
      new DefinitionsInForce(tables.table(DefinitionsInForce.tableName)),
      this.dueDays,
    ];
    this.fold = new Fold(parts, (subject) => historyOf(subject, trace, options.log), position);
    consents.tell(this.fold);
    this.sequencer = new Sequencer({
      log: options.log,
      gate: this.gate,
      registry: this.registry,
      dedupe: this.dedupe,
      suppressions: options.suppressions,
      people: {
        has: (subject) => this.trace.has(subject),
        personAhead: (subject) => this.identity.personAhead(subject),
        isLinkedAhead: (one, other) => this.identity.isLinkedAhead(one, other),
        setAhead: (one, other, linkedAt) => this.identity.setAhead(one, other, linkedAt),
        resetAhead: (one, other) => this.identity.resetAhead(one, other),
      },
      validator: this.validator,
    });
    this.rank = new Rank({
      gate: this.gate,
      profiles: this.profiles,
      catalogue: this.catalogue,
      model: this.model,
      packModels: this.packModels,
      identity: this.identity,
      draw: options.draw,
      clock: options.clock,
      position: () => this.fold.position,
      losses: () => this.fold.losses,
    });
    this.choose = new Choose({
      gate: this.gate,
      profiles: this.profiles,
      identity: this.identity,
      choices,
      catalogue,
      packModels: this.packModels,
      draw: options.draw,
      clock: options.clock,
      position: () => this.fold.position,
      losses: () => this.fold.losses,
    });
    this.plan = new Plan({
      gate: this.gate,
      profiles: this.profiles,
      catalogue,
      identity: this.identity,
      packModels: this.packModels,
      plans: this.plans,
      clock: options.clock,
      position: () => this.fold.position,
      losses: () => this.fold.losses,
    });
  }

  /** Names from the schemas and from the engine's own events: what a compaction may leave out of people's blocks. */
  words(): readonly string[] {
    return wordsOf(this.registry.list());
  }

  /** Canonical lines of the whole state: two folders with the same history give the same lines. */
  *dump(): Iterable<string> {
    yield* this.fold.dump();
    for (const line of this.dedupe.dump(this.fold.position)) yield `dedupe\t${line}`;
  }
}
