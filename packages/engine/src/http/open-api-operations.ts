// Every route in a sentence, with what it takes and gives. open-api.test.ts holds this table to the routes of a real server, both ways, and
// the kind of key that a route states to the one that stands here.
import type { KeyNeed } from '../access/key-kind.js';
import { portalOperations } from './open-api-portal.js';
import { requestOperations } from './open-api-requests.js';
import { trackingPaths } from './tracking-paths.js';

export interface Operation {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** As the route table writes it: parameters begin with ':'. */
  readonly path: string;
  readonly id: string;
  readonly needs: KeyNeed;
  readonly summary: string;
  /** Media type -> name of the schema; null: any body of that type. */
  readonly takes?: Readonly<Record<string, string>>;
  /** Of 200: media type -> name of the schema, null for one that is told elsewhere. */
  readonly gives: Readonly<Record<string, string | null>>;
  /** Shape of the errors; Error if absent. */
  readonly errors?: string;
  readonly query?: readonly string[];
}

const json = (name: string | null): Readonly<Record<string, string | null>> => ({ 'application/json': name });
const body = (name: string): Readonly<Record<string, string>> => ({ 'application/json': name });

const tracking: readonly Operation[] = [...trackingPaths].map(([path, call]) => ({
  method: 'POST',
  path,
  id: path.slice(1).replaceAll('/', '_'),
  needs: 'write',
  summary:
    call === 'batch'
      ? 'Events, as Segment\u2019s clients send them; each is on disk and folded, or listed with its code.'
      : `One ${call} call.`,
  takes: body(call === 'batch' ? 'BatchRequest' : 'TrackingEvent'),
  gives: json('BatchAnswer'),
  query: ['writeKey'],
}));

export const operations: readonly Operation[] = [
  ...tracking,
  ...requestOperations,
  ...portalOperations,
  {
    method: 'POST',
    path: '/v1/events',
    id: 'events',
    needs: 'write',
    summary: 'CloudEvents 1.0.2: structured, batched or binary.',
    takes: { 'application/cloudevents+json': 'CloudEvent', 'application/cloudevents-batch+json': 'CloudEventBatch' },
    gives: json('BatchAnswer'),
  },
  {
    method: 'POST',
    path: '/v1/decide/:point',
    id: 'decide',
    needs: 'write',
    summary: 'A decision at a point, logged before it is answered, with its reasons.',
    takes: body('DecideRequest'),
    gives: json('DecideAnswer'),
  },
  {
    method: 'GET',
    path: '/v1/decisions/:id',
    id: 'why',
    needs: 'write',
    summary: 'Why a decision was what it was, and what became of it.',
    gives: json('Why'),
  },
  {
    method: 'GET',
    path: '/v1/decisions/:id/full',
    id: 'whyInFull',
    needs: 'secret',
    summary: 'The same for operators: sums, replay, and what would have changed it, verified by deciding it.',
    gives: json('WhyInFull'),
  },
  {
    method: 'GET',
    path: '/v1/choices/:id',
    id: 'whyChoice',
    needs: 'write',
    summary: 'Why a choice was what it was: its record, each stop with its rule.',
    gives: json('ChoiceWhy'),
  },
  {
    method: 'GET',
    path: '/v1/points/:name',
    id: 'point',
    needs: 'secret',
    summary: 'A choice point: whether harm has stopped it, and what its experiment says now.',
    gives: json('PointAnswer'),
  },
  {
    method: 'POST',
    path: '/v1/points/:name/restart',
    id: 'restartPoint',
    needs: 'admin',
    summary: 'Starts a stopped point again, on the word of a named human.',
    takes: body('RestartRequest'),
    gives: json('RestartAnswer'),
  },
  {
    method: 'POST',
    path: '/v1/items',
    id: 'items',
    needs: 'secret',
    summary: 'Adds or replaces items, whole.',
    takes: body('ItemsRequest'),
    gives: json('ItemsAnswer'),
  },
  {
    method: 'POST',
    path: '/v1/consents',
    id: 'consents',
    needs: 'write',
    summary: 'What a person chose. Holds when it is answered.',
    takes: body('ConsentRequest'),
    gives: json('ConsentAnswer'),
  },
  {
    method: 'POST',
    path: '/v1/bases',
    id: 'bases',
    needs: 'admin',
    summary: 'Declares, with its reason, a lawful basis other than consent.',
    takes: body('BasisRequest'),
    gives: json('BasisAnswer'),
  },
  {
    method: 'GET',
    path: '/v1/subjects/:id',
    id: 'profile',
    needs: 'secret',
    summary: 'What is known of a person.',
    gives: json('Profile'),
  },
  {
    method: 'GET',
    path: '/v1/segments',
    id: 'segments',
    needs: 'secret',
    summary: 'The segments, with how many are in each.',
    gives: json('Segments'),
  },
  {
    method: 'GET',
    path: '/v1/segments/:name',
    id: 'segment',
    needs: 'secret',
    summary: 'One segment; with its purpose named, who is in it.',
    gives: json('Segment'),
    query: ['purpose', 'after', 'limit'],
  },
  {
    method: 'GET',
    path: '/v1/segments/:name/lookalikes',
    id: 'lookalikes',
    needs: 'secret',
    summary: 'Who outside of a segment resembles those in it, with reasons.',
    gives: json('Lookalikes'),
    query: ['purpose', 'limit'],
  },
  {
    method: 'POST',
    path: '/v1/cut-points',
    id: 'publishCutPoints',
    needs: 'admin',
    summary: 'Computes the cut points anew and publishes them.',
    gives: json('CutPointsTold'),
  },
  ...(['patterns', 'trends', 'correlations'] as const).map((id): Operation => {
    const summary = {
      patterns: 'Sequences of steps that more people go through than chance explains.',
      trends: 'What changed, and what depends on the day or hour of the week.',
      correlations: 'What goes together, or does not.',
    }[id];
    return { method: 'GET', path: `/v1/${id}`, id, needs: 'secret', summary, gives: json('Insight'), query: ['trait'] };
  }),
  {
    method: 'DELETE',
    path: '/v1/subjects/:id',
    id: 'erase',
    needs: 'admin',
    summary: 'Erases a person: log, state, models, disk.',
    gives: json('ErasureAnswer'),
  },
  {
    method: 'GET',
    path: '/v1/subjects/:id/archive',
    id: 'archive',
    needs: 'secret',
    summary: 'All that is kept about a person, under all their ids, to take away: JSON Lines, CSV, a readable page and a schema.',
    gives: { 'application/zip': null },
  },
  {
    method: 'POST',
    path: '/v1/subjects/:id/restriction',
    id: 'restrict',
    needs: 'secret',
    summary: 'Freezes a person, or lifts that: nothing is added, read or learned from meanwhile.',
    takes: body('RestrictionRequest'),
    gives: json('ConsentAnswer'),
  },
  {
    method: 'POST',
    path: '/v1/subjects/:id/links',
    id: 'link',
    needs: 'secret',
    summary: 'Says that another id is the same person, or is so no more.',
    takes: body('LinkRequest'),
    gives: json('LinkAnswer'),
  },
  {
    method: 'POST',
    path: '/v1/subjects/:id/corrections',
    id: 'correct',
    needs: 'secret',
    summary: 'Corrects an event, with all that was folded and learned from it.',
    takes: body('CorrectionRequest'),
    gives: json('CorrectionAnswer'),
  },
  {
    method: 'GET',
    path: '/v1/subjects/:id/consent-receipt',
    id: 'consentReceipt',
    needs: 'secret',
    summary: 'The signed receipt of what an id has chosen, for that person: keep the bytes as they are.',
    gives: json(null),
  },
  {
    method: 'GET',
    path: '/v1/receipts/:id',
    id: 'erasureReceipt',
    needs: 'secret',
    summary: 'The signed receipt of an erasure; it names nobody. Keep the bytes as they are.',
    gives: json(null),
  },
  {
    method: 'GET',
    path: '/v1/ledger/checkpoint',
    id: 'ledgerCheckpoint',
    needs: 'none',
    summary: 'The signed checkpoint of the ledger (C2SP tlog-checkpoint).',
    gives: { 'text/plain': null },
  },
  {
    method: 'GET',
    path: '/v1/ledger/keys',
    id: 'ledgerKeys',
    needs: 'none',
    summary: 'The keys that check what the ledger signed, a line each; the one in force first.',
    gives: { 'text/plain': null },
  },
  {
    method: 'GET',
    path: '/v1/ledger/inclusion',
    id: 'ledgerInclusion',
    needs: 'none',
    summary: 'Shows that a record is in the tree of a size (RFC 6962).',
    gives: json('LedgerInclusion'),
    query: ['record', 'size'],
  },
  {
    method: 'GET',
    path: '/v1/ledger/consistency',
    id: 'ledgerConsistency',
    needs: 'none',
    summary: 'Shows that the tree of one size begins the tree of another (RFC 6962).',
    gives: json('LedgerConsistency'),
    query: ['from', 'to'],
  },
  {
    method: 'POST',
    path: '/v1/backups',
    id: 'backUp',
    needs: 'admin',
    summary: 'Begins a backup to an empty folder of the server\u2019s own machine; nothing stops meanwhile.',
    takes: body('BackupRequest'),
    gives: json('BackupAnswer'),
  },
  { method: 'GET', path: '/v1/backups', id: 'backups', needs: 'admin', summary: 'How the last backup went.', gives: json('BackupStatus') },
  { method: 'GET', path: '/v1/event-types', id: 'eventTypes', needs: 'write', summary: 'The registered event types.', gives: json(null) },
  {
    method: 'GET',
    path: '/v1/rejects',
    id: 'rejects',
    needs: 'secret',
    summary: 'What was refused lately, counted by kind, without values.',
    gives: json(null),
    query: ['code', 'limit'],
  },
  {
    method: 'GET',
    path: '/v1/projects/:writeKey/settings',
    id: 'segmentSettings',
    needs: 'write',
    summary: 'What Segment\u2019s browser client asks for first.',
    gives: json(null),
  },
  ...['/sourceConfig', '/sourceConfig/'].map((path): Operation => ({
    method: 'GET',
    path,
    id: path.endsWith('/') ? 'rudderSourceConfigSlash' : 'rudderSourceConfig',
    needs: 'write',
    summary: 'What RudderStack\u2019s clients ask for first.',
    gives: json(null),
    query: ['writeKey'],
  })),
  {
    method: 'POST',
    path: '/ofrep/v1/evaluate/flags/:key',
    id: 'ofrepFlag',
    needs: 'write',
    summary: 'OFREP 0.3.0: a decision point as a flag.',
    takes: body('OfrepRequest'),
    gives: json('OfrepFlag'),
    errors: 'OfrepFailure',
  },
  {
    method: 'POST',
    path: '/ofrep/v1/evaluate/flags',
    id: 'ofrepFlags',
    needs: 'write',
    summary: 'OFREP 0.3.0: every decision point; 304 when If-None-Match names what would be decided.',
    takes: body('OfrepRequest'),
    gives: json('OfrepFlags'),
    errors: 'OfrepFailure',
  },
  {
    method: 'GET',
    path: '/health',
    id: 'health',
    needs: 'none',
    summary: 'Does the engine take events? 503 once it has stopped.',
    gives: json('Health'),
  },
  { method: 'GET', path: '/metrics', id: 'metrics', needs: 'secret', summary: 'Prometheus text.', gives: { 'text/plain': null } },
  {
    method: 'GET',
    path: '/.well-known/gpc.json',
    id: 'gpcSupport',
    needs: 'none',
    summary: 'Global Privacy Control: that this server abides by it.',
    gives: json(null),
  },
  { method: 'GET', path: '/openapi.json', id: 'openapi', needs: 'none', summary: 'This document.', gives: json(null) },
  { method: 'GET', path: '/', id: 'screen', needs: 'none', summary: 'The first screen.', gives: { 'text/html': null } },
  { method: 'GET', path: '/first-screen.css', id: 'screenStyle', needs: 'none', summary: 'Its style.', gives: { 'text/css': null } },
  {
    method: 'GET',
    path: '/first-screen.js',
    id: 'screenScript',
    needs: 'none',
    summary: 'Its script.',
    gives: { 'text/javascript': null },
  },
  { method: 'GET', path: '/first-screen/now', id: 'screenNow', needs: 'secret', summary: 'Its live part.', gives: json(null) },
  {
    method: 'GET',
    path: '/first-screen/live',
    id: 'screenLive',
    needs: 'secret',
    summary: 'Its live part, as it changes.',
    gives: { 'text/event-stream': null },
  },
  {
    method: 'POST',
    path: '/first-screen/demo',
    id: 'screenDemo',
    needs: 'secret',
    summary: 'Starts the synthetic world, or removes it.',
    gives: { 'text/html': null },
  },
];
