// Every queue, buffer, retry and loop of the engine has its named limit here. docs/limits.md lists the same; a test holds the two equal.
import { assert } from './assert.js';

export const limits = {
  // the door
  bodyBytesMax: 512 * 1024,
  batchEventsMax: 2500,
  eventBytesMax: 32 * 1024,
  jsonDepthMax: 12,
  jsonKeysMax: 512,
  idCharsMax: 256,
  clockSkewMsMax: 5 * 60_000,
  itemsPerRequestMax: 1000,
  excludePerRequestMax: 1000,
  queryItemsMax: 20,
  rankLimitMax: 100,
  pendingEventsMax: 50_000,
  // the log
  segmentBytes: 16 * 1024 * 1024,
  reserveBytes: 1024 * 1024,
  recordBytesMax: 8 * 1024 * 1024,
  recordEventsMax: 8192,
  lazySyncMs: 10,
  // state
  checkpointMs: 15_000,
  checkpointEvents: 500_000,
  checkpointSliceRows: 200,
  cachedRowsMax: 600_000,
  dedupePositions: 1 << 21,
  modelWindowPositions: 1 << 22,
  // understanding
  visitIdleMs: 30 * 60_000,
  visitItemsMax: 200,
  sequenceMax: 20,
  counterDays: 90,
  tickMs: 60_000,
  replayCheckpointEvents: 200_000,
  // answering
  evidencePeopleMin: 5,
  topScoresKept: 50,
  reasonsPerItemMax: 3,
  // the file log and the key file
  openSegmentsMax: 64,
  readWindowBytes: 256 * 1024,
  indexEveryBytes: 32 * 1024,
  cachedRecordsMax: 8,
  spareRetryMs: 250,
  compactSliceBytes: 512 * 1024,
  redactionEntriesAhead: 4096,
  keySlotsAhead: 256,
  // the HTTP server and its bodies (beside those of the door above)
  connectionsMax: 10_000,
  headerBytesMax: 8 * 1024,
  headersTimeoutMs: 5_000,
  requestTimeoutMs: 15_000,
  connectionsCheckMs: 1_000,
  keepAliveTimeoutMs: 5_000,
  bodyLingerMs: 1_000,
  closeGraceMs: 3_000,
  clockCorrectionMsMax: 24 * 60 * 60_000,
  sourceCharsMax: 64,
  reasonCharsMax: 2_000,
  itemTextCharsMax: 2_048,
  itemAttributesMax: 64,
  // the command line
  importBatchRows: 2_000,
  importBatchesInFlight: 2,
  importBadRowsListed: 20,
  importLineBytesMax: 64 * 1024,
  importFingerprintBytes: 64 * 1024,
  plainProgressMs: 2_000,
  portsTried: 20,
} as const;

assert(limits.reserveBytes < limits.segmentBytes, 'the reserve is smaller than a segment');
assert(limits.eventBytesMax < limits.bodyBytesMax, 'one event fits a body');
assert(limits.recordBytesMax < limits.segmentBytes, 'a record fits a segment');
assert(limits.rankLimitMax >= limits.topScoresKept, 'a rank may return every kept score');
