// The core: everything that is folded from the log, put together over the ports. It owns no I/O of its own; runtime/engine.ts drives it.
import type { HashKey } from '../base/half-sip-hash.js';
import { limits } from '../base/limits.js';
import { Devices } from '../answer/devices.js';
import { Notices } from '../answer/notices.js';
import { Receipts } from '../answer/receipts.js';
import { Recipients } from '../answer/recipients.js';
import { Requests } from '../answer/requests.js';
import { Dedupe } from '../collect/dedupe.js';
import { Sequencer } from '../collect/sequencer.js';
import { Validator } from '../collect/validate.js';
import { Gate } from '../consent/gate.js';
import { Registry } from '../consent/registry.js';
import type { Standing } from '../consent/standing.js';
import type { Suppressions } from '../consent/suppressions.js';
import { Decisions } from '../influence/decisions.js';
import { Rank } from '../influence/rank.js';
import type { Clock } from '../ports/clock.js';
import type { Draw } from '../ports/draw.js';
import type { Log } from '../ports/log.js';
import type { State } from '../ports/state.js';
import { Sections } from '../ports/sections.js';
import { Tables } from '../ports/tables.js';
import { NextItem, type VisitRow, type VisitSpan } from '../predict/next-item.js';
import { Catalogue } from '../understand/catalogue.js';
import { Consents } from '../understand/consents.js';
import { Imports } from '../understand/imports.js';
import { Fold } from '../understand/fold.js';
import { Profiles, type ProfileRow } from '../understand/profile.js';
import { Identity } from '../understand/identity.js';
import { historyOf } from '../understand/history.js';
import type { Trait } from '../understand/trait.js';
import { Trace, type TraceRow } from '../understand/trace.js';
import { Withdrawals } from '../understand/withdrawals.js';
import { defaultTraits } from './default-traits.js';

/** Format of the state's rows. Any change of what is folded, or how, gives it a new number: the state is then rebuilt from the log. */
export const stateFormat = 'ethogram-state/7';

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
  readonly gate: Gate;
  readonly dedupe: Dedupe;
  readonly profiles: Profiles;
  readonly catalogue: Catalogue;
  readonly identity: Identity;
  readonly trace: Trace;
  readonly model: NextItem;
  readonly decisions: Decisions;
  readonly imports: Imports;
  readonly receipts: Receipts;
  readonly withdrawals: Withdrawals;
  readonly requests: Requests;
  readonly devices: Devices;
  readonly recipients: Recipients;
  readonly notices: Notices;
  readonly fold: Fold;
  readonly traits: readonly Trait[];
  readonly validator = new Validator();
  readonly sequencer: Sequencer;
  readonly rank: Rank;

  /** Over a state that reflects the log up to `position`. */
  constructor(options: CoreOptions, position: number) {
    const tables = new Tables(options.state, options.clock, options.cachedRowsMax ?? limits.cachedRowsMax);
    this.tables = tables;
    const meta = tables.table<number>('meta');
    // Their order is part of the format of the state.
    const people = new Sections(tables.table('person'));
    const standings = people.section<Standing>('consent');
    const profiles = people.section<ProfileRow>('profile');
    const traces = people.section<TraceRow>('trace');
    const spans = people.section<VisitSpan[]>('span');
    this.registry = new Registry(tables.table('type'), tables.table('basis'));
    this.gate = new Gate(this.registry, standings);
    this.dedupe = new Dedupe(options.hashKey, options.dedupePositions ?? limits.dedupePositions);
    this.dedupe.load(options.state.range(Dedupe.tableName), position);
    const consents = new Consents(this.gate, this.registry, standings);
    this.traits = defaultTraits(this.registry);
    this.profiles = new Profiles(profiles, meta, this.traits);
    this.catalogue = new Catalogue(tables.table('item'), meta);
    this.trace = new Trace(traces, tables.table('positions'));
    this.model = new NextItem({
      rows: tables.table<VisitRow, number>('visit'),
      spans,
      gate: this.gate,
      registry: this.registry,
      meta,
      hashKey: options.hashKey,
      ...(options.modelWindowPositions === undefined ? {} : { windowPositions: options.modelWindowPositions }),
    });
    this.decisions = new Decisions(tables.table('decision'));
    this.imports = new Imports(tables.table('import'));
    this.receipts = new Receipts(tables.table('receipt'));
    this.withdrawals = new Withdrawals(tables.table('withdrawal'), (subject) => this.gate.standing(subject)?.epoch ?? -1);
    this.identity = new Identity(tables.table('edge'));
    this.requests = new Requests(tables.table('request'));
    this.devices = new Devices(tables.table('device'));
    this.recipients = new Recipients(tables.table('recipient'));
    this.notices = new Notices(tables.table('notice'));
    const { catalogue, identity, profiles: traits, trace, model, decisions, imports, receipts, withdrawals } = this;
    const asked = [this.requests, this.devices, this.recipients, this.notices];
    const parts = [consents, catalogue, identity, traits, trace, model, decisions, imports, receipts, withdrawals, ...asked];
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
      identity: this.identity,
      draw: options.draw,
      clock: options.clock,
      position: () => this.fold.position,
      losses: () => this.fold.losses,
    });
  }

  /** Canonical lines of the whole state: two folders with the same history give the same lines. */
  *dump(): Iterable<string> {
    yield* this.fold.dump();
    for (const line of this.dedupe.dump(this.fold.position)) yield `dedupe\t${line}`;
  }
}
