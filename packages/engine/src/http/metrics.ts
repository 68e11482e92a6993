// What the door counts, and GET /metrics. On the hot path: integers, two fixed histograms, nothing else. No label comes from what somebody
// sent, and nothing here says anything about a person; so /metrics may be scraped by whoever may see the load.
import { errors, type ErrorCode } from '../base/errors.js';
import type { Rejection } from '../collect/sequencer.js';
import type { DecisionMode } from '../model/decision.js';
import type { Engine } from '../runtime/engine.js';
import { Histogram } from './metrics-histogram.js';
import { metricsType, MetricsText, type Labels } from './metrics-text.js';
import type { RouteTable } from './route-table.js';

/** What only the process knows; the door's owner passes it in. */
export interface Vitals {
  /** Memory that no other process shares, in bytes; null where the system does not say. */
  privateBytes(): number | null;
  /** Delay of the event loop since the last reading, in seconds; null when it is not measured. */
  loopDelay(): { readonly median: number; readonly p99: number; readonly max: number } | null;
}

/** A server's key opens it, or nobody's where there are no keys: the load of a shop is the shop's own business. */
export function addMetrics(table: RouteTable, engine: Engine, metrics: Metrics, vitals?: Vitals): void {
  table.add('GET', '/metrics', { needs: 'secret' }, () => {
    return new Response(metrics.text(engine, vitals), { headers: { 'Content-Type': metricsType, 'Cache-Control': 'no-store' } });
  });
}

type Counts = { [C in ErrorCode]?: number };

export class Metrics {
  readonly #ingest = new Histogram();
  readonly #decide = new Histogram();
  readonly #rejections: Counts = {};
  readonly #refused: Counts = {};
  readonly #decisions: Record<DecisionMode, number> = { personal: 0, contextual: 0 };
  #accepted = 0;

  /** A batch was answered: how long it took, and what became of its events. */
  batch(ms: number, accepted: number, rejections: readonly Rejection[]): void {
    this.#ingest.observeMs(ms);
    this.#accepted += accepted;
    if (rejections.length > 0) this.rejected(rejections);
  }

  /** Events were refused one by one. */
  rejected(rejections: readonly Rejection[]): void {
    for (const { code } of rejections) this.#rejections[code] = (this.#rejections[code] ?? 0) + 1;
  }

  /** A decision was answered. */
  decided(ms: number, mode: DecisionMode): void {
    this.#decide.observeMs(ms);
    this.#decisions[mode] += 1;
  }

  /** A whole request was refused. */
  refused(code: ErrorCode): void {
    this.#refused[code] = (this.#refused[code] ?? 0) + 1;
  }

  /** Events that were refused one by one, under a code, since the door opened. */
  rejectedBy(code: ErrorCode): number {
    return this.#rejections[code] ?? 0;
  }

  /** The page in the text format. */
  text(engine: Engine, vitals?: Vitals): string {
    const text = new MetricsText();
    text.histogram('ethogram_ingest_duration_seconds', 'From a batch read to its answer, synced and folded.', this.#ingest);
    text.histogram('ethogram_decide_duration_seconds', 'From a decision asked to its answer, logged.', this.#decide);
    text.counter('ethogram_events_accepted_total', 'Events that are on disk and folded.', [[{}, this.#accepted]]);
    text.counter('ethogram_events_rejected_total', 'Events refused one by one, by code of docs/errors.md.', byCode(this.#rejections));
    const withoutGrant = this.rejectedBy('no_grant') + this.rejectedBy('captured_before_grant');
    text.counter('ethogram_events_blocked_by_consent_total', 'Events of which nothing was kept, for want of a grant.', [
      [{}, withoutGrant],
    ]);
    text.counter('ethogram_requests_refused_total', 'Whole requests refused, by code of docs/errors.md.', byCode(this.#refused));
    text.counter('ethogram_decisions_total', 'Decisions answered, by how personal they were.', [
      [{ mode: 'personal' }, this.#decisions.personal],
      [{ mode: 'contextual' }, this.#decisions.contextual],
    ]);
    const { waitingEvents, items, status, overdue, failing } = engine.health();
    const { head } = engine.log;
    const { position } = engine.core.fold;
    gauge(text, 'ethogram_up', '1 while the engine takes events; 0 once it has stopped.', status === 'stopped' ? 0 : 1);
    gauge(text, 'ethogram_queue_events', 'Events that wait to be written.', waitingEvents);
    gauge(text, 'ethogram_log_position', 'The next position of the log.', head);
    gauge(text, 'ethogram_fold_position', 'Every position below is folded into state.', position);
    gauge(text, 'ethogram_fold_lag_events', 'Written, not folded yet.', head - position);
    gauge(text, 'ethogram_catalogue_items', 'Items in the catalogue.', items);
    gauge(text, 'ethogram_requests_open', 'Requests of people that wait for an answer.', engine.core.requests.open);
    gauge(text, 'ethogram_requests_overdue', 'Requests of people past their date.', overdue.requests);
    gauge(text, 'ethogram_notices_overdue', 'Notices to recipients past their date.', overdue.notices);
    gauge(text, 'ethogram_erasures_overdue', 'Erasures whose bytes should be destroyed by now.', overdue.erasures);
    const failed = failing === null ? 0 : 1;
    gauge(text, 'ethogram_compaction_failing', '1 while bytes that are due could not be destroyed or sealed; /health says why.', failed);
    const bytes = vitals?.privateBytes() ?? null;
    if (bytes !== null) gauge(text, 'ethogram_memory_private_bytes', 'Memory that no other process shares.', bytes);
    const delay = vitals?.loopDelay() ?? null;
    if (delay !== null) {
      text.gauge('ethogram_event_loop_delay_seconds', 'Delay of the event loop since the last scrape.', [
        [{ quantile: '0.5' }, delay.median],
        [{ quantile: '0.99' }, delay.p99],
        [{ quantile: '1' }, delay.max],
      ]);
    }
    return text.toString();
  }
}

function gauge(text: MetricsText, name: string, help: string, value: number): void {
  text.gauge(name, help, [[{}, value]]);
}

/** Every code of the registry, so that a series is there before its first event; an alert on a rate needs that. */
function* byCode(counts: Counts): Iterable<readonly [Labels, number]> {
  for (const code of Object.keys(errors)) {
    if (isCode(code)) yield [{ code }, counts[code] ?? 0];
  }
}

function isCode(code: string): code is ErrorCode {
  return Object.hasOwn(errors, code);
}
