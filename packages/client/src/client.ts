// The client of an Ethogram server: the calls of the engine in process, over HTTP.
//
//   const ethogram = connect({ url: 'http://127.0.0.1:4040', key: process.env.ETHOGRAM_KEY });
//   const decision = await ethogram.rank({ point: 'home', subject: 'ann' });
//   if (decision.ok) show(decision.value.answer);
import type {
  BatchAnswer,
  BatchRequest,
  ConsentAnswer,
  DecideAnswer,
  ErasureAnswer,
  Health,
  Item,
  ItemsAnswer,
  PlanAnswer,
  PlanRequest as PlanBody,
  PlanWhy,
  Profile,
  Why,
} from './api.js';
import type {
  BasisDeclaration,
  ConsentChange,
  Decision,
  Ethogram,
  IncomingEvent,
  Plan,
  PlanDisruption,
  PlanRequest,
  RankRequest,
  Rejection,
  WriteAnswer,
} from './ethogram.js';
import { ok, type Result } from './result.js';
import { Transport, type TransportOptions } from './transport.js';

export type {
  BasisDeclaration,
  ConsentChange,
  Decision,
  Ethogram,
  IncomingEvent,
  Plan,
  PlanDisruption,
  PlanRequest,
  RankRequest,
  Rejection,
  WriteAnswer,
} from './ethogram.js';
export type { Choice, ErrorCode, Health, Item, ItemFilter, PlanWhy, Profile, Purpose, Why } from './api.js';
export type { Failure, Result } from './result.js';
export type { TransportOptions } from './transport.js';

export function connect(options: TransportOptions): Ethogram {
  return new Client(new Transport(options));
}

/** What the server takes at once (docs/limits.md), with room for the envelope. */
const batchEventsMax = 2_500;
const bodyBytesMax = 500_000;
const itemsMax = 1_000;
const utf8 = new TextEncoder();

class Client implements Ethogram {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async accept(events: readonly IncomingEvent[]): Promise<Result<WriteAnswer>> {
    let accepted = 0;
    const rejections: Rejection[] = [];
    let from = 0;
    do {
      const batch = fitting(events.slice(from, from + batchEventsMax), trackOf);
      const said = await this.#sayFirst(events.slice(from, from + batch.length));
      if (!said.ok) return said;
      const body: BatchRequest = { batch };
      const done = await this.#transport.ask<BatchAnswer>({ method: 'POST', path: '/v1/batch', body, repeatable: true });
      if (!done.ok) return done;
      accepted += done.value.accepted;
      for (const { index, code, field } of done.value.rejected) {
        rejections.push({ index: from + index, code, ...(field === null ? {} : { field: field === '/event' ? '/type' : field }) });
      }
      from += batch.length;
    } while (from < events.length);
    return ok({ accepted, rejections });
  }

  async choose(subject: string, { choices, origin }: ConsentChange, occurredAt?: number): Promise<Result<{ readonly epoch: number }>> {
    const madeAt = Date.now();
    const said = { subject, choices, origin, ...(occurredAt === undefined ? {} : { timestamp: isoOf(occurredAt) }) };
    // Without a time it is made when the server hears it. A repeat says when it was made, or it would undo what the person has taken back
    // since; `sentAt` tells the server how this clock stands to its own.
    const again = (): object => (occurredAt === undefined ? { ...said, timestamp: isoOf(madeAt), sentAt: isoOf(Date.now()) } : said);
    const done = await this.#transport.ask<ConsentAnswer>({ method: 'POST', path: '/v1/consents', body: said, again, repeatable: true });
    return done.ok ? ok({ epoch: done.value.epoch }) : done;
  }

  async upsertItems(items: readonly Item[]): Promise<Result<WriteAnswer>> {
    let accepted = 0;
    let from = 0;
    do {
      const body = { items: fitting(items.slice(from, from + itemsMax), (item) => item) };
      const done = await this.#transport.ask<ItemsAnswer>({ method: 'POST', path: '/v1/items', body, repeatable: true });
      if (!done.ok) return done;
      accepted += done.value.accepted;
      from += body.items.length;
    } while (from < items.length);
    return ok({ accepted, rejections: [] });
  }

  declareBasis(declaration: BasisDeclaration): Promise<Result<unknown>> {
    return this.#transport.ask({ method: 'POST', path: '/v1/bases', body: declaration, repeatable: true });
  }

  async rank({ point, gpc, ...body }: RankRequest): Promise<Result<Decision>> {
    const done = await this.#transport.ask<DecideAnswer>({
      method: 'POST',
      path: `/v1/decide/${encodeURIComponent(point)}`,
      body,
      headers: gpc === true ? { 'Sec-GPC': '1' } : {},
      repeatable: false,
    });
    if (!done.ok) return done;
    const { decisionId, mode, because, position, epoch, items } = done.value;
    const answer = items.map(({ item, score, propensity, reasons }) => ({ item, score, propensity, reasons }));
    return ok({ id: decisionId, mode, position, epoch, answer, ...(because === null ? {} : { contextualBecause: because }) });
  }

  why(id: string): Promise<Result<Why>> {
    return this.#transport.ask({ method: 'GET', path: `/v1/decisions/${encodeURIComponent(id)}`, repeatable: true });
  }

  async plan({ point, gpc, windows, disruption, ...wishes }: PlanRequest): Promise<Result<Plan>> {
    const body: PlanBody = {
      ...wishes,
      ...(windows === undefined ? {} : { windows: windows.map(({ from, until }) => ({ from: isoOf(from), until: isoOf(until) })) }),
      ...(disruption === undefined ? {} : { disruption: happenedBody(disruption) }),
    };
    const done = await this.#transport.ask<PlanAnswer>({
      method: 'POST',
      path: `/v1/plan/${encodeURIComponent(point)}`,
      body,
      headers: gpc === true ? { 'Sec-GPC': '1' } : {},
      repeatable: false,
    });
    if (!done.ok) return done;
    const { planId, because, ...told } = done.value;
    return ok({ id: planId, ...told, ...(because === null ? {} : { contextualBecause: because }) });
  }

  whyPlan(id: string): Promise<Result<PlanWhy>> {
    return this.#transport.ask({ method: 'GET', path: `/v1/plans/${encodeURIComponent(id)}`, repeatable: true });
  }

  profile(subject: string): Promise<Result<Profile>> {
    return this.#transport.ask({ method: 'GET', path: `/v1/subjects/${encodeURIComponent(subject)}`, repeatable: true });
  }

  async erase(subjects: readonly string[]): Promise<Result<{ readonly events: number }>> {
    let events = 0;
    for (const subject of subjects) {
      const path = `/v1/subjects/${encodeURIComponent(subject)}`;
      const done = await this.#transport.ask<ErasureAnswer>({ method: 'DELETE', path, repeatable: true });
      if (!done.ok) return done;
      events += done.value.events;
    }
    return ok({ events });
  }

  /** A stopped engine answers 503 with its health: that is an answer. */
  health(): Promise<Result<Health>> {
    return this.#transport.ask({ method: 'GET', path: '/health', repeatable: true, alsoAnswers: [503] });
  }

  /** A batch can say yes and no for a purpose, not `withdrawn` or `objected`: those are said before it, by themselves. */
  async #sayFirst(events: readonly IncomingEvent[]): Promise<Result<null>> {
    for (const { subject, consent, occurredAt } of events) {
      if (consent === undefined || isPlain(consent)) continue;
      const done = await this.choose(subject, consent, occurredAt);
      if (!done.ok && done.code !== 'consent_stale') return done;
    }
    return ok(null);
  }
}

function happenedBody({ at, ...happened }: PlanDisruption): NonNullable<PlanBody['disruption']> {
  return { ...happened, ...(at === undefined ? {} : { at: isoOf(at) }) };
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

function isPlain({ choices }: ConsentChange): boolean {
  return Object.values(choices).every((choice) => choice === 'granted' || choice === 'denied');
}

/** As many, from the first on, as the body of one request takes; one at least. Bytes, since a character may be three. */
function fitting<T, S>(given: readonly T[], saidOf: (each: T) => S): S[] {
  const taken: S[] = [];
  let bytes = 0;
  for (const each of given) {
    const said = saidOf(each);
    bytes += utf8.encode(JSON.stringify(said)).length + 1;
    if (taken.length > 0 && bytes > bodyBytesMax) break;
    taken.push(said);
  }
  return taken;
}

function trackOf({ id, subject, type, occurredAt, source, properties, consent }: IncomingEvent): BatchRequest['batch'][number] {
  const preferences = consent === undefined || !isPlain(consent) ? [] : Object.entries(consent.choices);
  const categoryPreferences = Object.fromEntries(preferences.map(([purpose, choice]) => [purpose, choice === 'granted']));
  return {
    type: 'track',
    event: type,
    messageId: id,
    subject,
    timestamp: isoOf(occurredAt),
    properties,
    context: { library: { name: source }, ...(preferences.length === 0 ? {} : { consent: { categoryPreferences } }) },
  };
}
