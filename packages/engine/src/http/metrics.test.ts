// GET /metrics, read by a strict reader of the format that knows nothing of the writer; and the reader itself against broken pages.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Rejects } from '../access/rejects.js';
import { addCloudEvents } from './cloud-event-routes.js';
import { SmallDoor } from './first-screen-door.suite.js';
import { Histogram } from './metrics-histogram.js';
import { parseMetrics } from './metrics-parser.suite.js';
import { MetricsText } from './metrics-text.js';
import { addMetrics } from './metrics.js';
import { addOfrep } from './ofrep-routes.js';

let door: SmallDoor;
const vitals = { privateBytes: () => 123_456_789, loopDelay: () => ({ median: 0.001, p99: 0.012, max: 0.05 }) };
beforeAll(async () => {
  door = await SmallDoor.open(({ rig, metrics, table }) => {
    addMetrics(table, rig.engine, metrics, vitals);
    addCloudEvents(table, { engine: rig.engine, clock: rig.clock, metrics, rejects: new Rejects(rig.clock) });
    addOfrep(table, { engine: rig.engine, clock: rig.clock, metrics });
  });
});
afterAll(() => door.close());

test('docs/metrics.md names what the page has, and nothing else', async () => {
  const page = await (await fetch(`${door.url}/metrics`)).text();
  const told = [...page.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, type]) => `${name} ${type}`);
  const text = readFileSync(new URL('../../../../docs/metrics.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| (`ethogram.+`) \| (\w+) \|/gm)];
  const listed = rows.flatMap(([, names = '', type]) => [...names.matchAll(/`(\w+)[^`]*`/g)].map(([, name]) => `${name} ${type}`));
  expect(listed.toSorted()).toEqual(told.toSorted());
});

test('counts what came, and says nothing of who', async () => {
  const event = {
    specversion: '1.0',
    id: 'e1',
    source: '/s',
    type: 'item.viewed',
    subject: 'secret-person',
    data: { product_id: 'secret-item' },
  };
  await door.post('/v1/events', event);
  await door.post('/v1/events', { ...event, consent: 'personalise=granted' });
  await door.post('/v1/events', { ...event, type: 'secret.type"\\' });
  await door.post('/v1/events', '{');
  await door.post('/ofrep/v1/evaluate/flags/home', { context: { targetingKey: 'secret-person' } });
  await door.post('/ofrep/v1/evaluate/flags', {});
  await door.rig.engine.drain();
  const response = await door.send('GET', '/metrics');
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const text = await response.text();
  expect(text).not.toContain('secret');
  const families = parseMetrics(text);
  const value = (family: string, labels: object = {}): number | undefined =>
    families.get(family)?.samples.find((each) => JSON.stringify(each.labels) === JSON.stringify(labels))?.value;
  expect(value('ethogram_events_accepted_total')).toBe(1);
  expect(value('ethogram_events_rejected_total', { code: 'no_grant' })).toBe(1);
  expect(value('ethogram_events_rejected_total', { code: 'event_type_unknown' })).toBe(1);
  expect(value('ethogram_events_rejected_total', { code: 'duplicate' })).toBe(0);
  expect(value('ethogram_events_blocked_by_consent_total')).toBe(1);
  expect(value('ethogram_requests_refused_total', { code: 'body_not_json' })).toBe(1);
  expect(value('ethogram_decisions_total', { mode: 'personal' })).toBe(1);
  expect(value('ethogram_decisions_total', { mode: 'contextual' })).toBe(1);
  expect(value('ethogram_log_position')).toBe(door.rig.engine.log.head);
  expect(value('ethogram_fold_lag_events')).toBe(0);
  expect(value('ethogram_memory_private_bytes')).toBe(123_456_789);
  expect(value('ethogram_event_loop_delay_seconds', { quantile: '0.99' })).toBe(0.012);
  expect(families.get('ethogram_ingest_duration_seconds')?.samples.at(-1)).toMatchObject({ value: 3 });
});

test('a histogram puts a duration under its bound, the bound included', () => {
  const histogram = new Histogram([0.001, 0.01]);
  for (const ms of [0, 1, 1.001, 10, 11]) histogram.observeMs(ms);
  expect(histogram.read().buckets).toEqual([
    [0.001, 2],
    [0.01, 4],
    [Infinity, 5],
  ]);
  expect(histogram.read().sum).toBeCloseTo(0.023_001, 9);
});

test('what stands in a label is escaped, and comes back as it was', () => {
  const text = new MetricsText();
  const odd = 'a"b\\c\nd';
  text.gauge('odd', 'back\\slash\nand line', [[{ odd }, 1]]);
  expect(parseMetrics(text.toString()).get('odd')?.samples).toEqual([{ name: 'odd', labels: { odd }, value: 1 }]);
  expect(() => text.gauge('odd', '', [])).toThrow(/a family/);
});

describe('the reader refuses', () => {
  const head = '# HELP a b\n# TYPE a ';
  const pages: [name: string, page: string][] = [
    ['no end of line', `${head}gauge\na 1`],
    ['no help', '# TYPE a gauge\na 1\n'],
    ['a sample of nobody', 'a 1\n'],
    ['a sample of another family', `${head}gauge\nb 1\n`],
    ['a number that is none', `${head}gauge\na one\n`],
    ['an unescaped quote', `${head}gauge\na{x="a"b"} 1\n`],
    ['a label twice', `${head}gauge\na{x="1",x="2"} 1\n`],
    ['a sample twice', `${head}gauge\na 1\na 2\n`],
    ['a family twice', `${head}gauge\na 1\n${head}gauge\n`],
    ['a counter without _total', `${head}counter\na 1\n`],
    ['buckets that shrink', `${head}histogram\na_bucket{le="1"} 2\na_bucket{le="+Inf"} 1\na_sum 1\na_count 1\n`],
    ['no bucket for the rest', `${head}histogram\na_bucket{le="1"} 1\na_sum 1\na_count 1\n`],
    ['a count that is not the last bucket', `${head}histogram\na_bucket{le="+Inf"} 1\na_sum 1\na_count 2\n`],
  ];
  test.each(pages)('%s', (_name, page) => {
    expect(() => parseMetrics(page)).toThrow(/./);
  });
});
