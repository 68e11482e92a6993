// The document against the server: the same routes both ways, the same keys, and for each body that is parsed by hand a schema that says
// yes and no where the parser does.
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseBasis } from './basis-body.js';
import { parseCloudEvent } from './cloud-event-body.js';
import { parseConsent } from './consent-body.js';
import type { DecideAnswer } from './decide-answer.js';
import { parseDecide } from './decide-body.js';
import { Doorway, view } from './doorway.suite.js';
import { parseItems } from './item-body.js';
import { parseOfrep } from './ofrep-body.js';
import { openApiDocument } from './open-api-document.js';
import { operations } from './open-api-operations.js';
import { parseSegmentBatch } from './segment-batch.js';
import { trackingPaths } from './tracking-paths.js';

const document: { readonly paths: object; readonly components: { readonly schemas: object } } = JSON.parse(
  JSON.stringify(openApiDocument()),
);
const ajv = new Ajv2020({ strict: false, allErrors: false });
ajv.addSchema({ ...document, $id: 'api' });
const fits = (name: string) => ajv.compile({ $ref: `api#/components/schemas/${name}` });

let doorway: Doorway;
beforeAll(async () => {
  doorway = await Doorway.open();
});
afterAll(() => doorway.close());

test('docs/openapi.json is the document', () => {
  const file = new URL('../../../../docs/openapi.json', import.meta.url);
  if (process.env['ETHOGRAM_WRITE_OPENAPI'] === '1') writeFileSync(file, `${JSON.stringify(openApiDocument(), null, 1)}\n`);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(document);
});

test('the routes of the server are the operations, both ways, with the same kind of key', () => {
  const hot = [...trackingPaths.keys()].map((path) => `POST ${path} write`);
  const cold = doorway.door.routes.map(({ method, template, rule }) => `${method} ${template} ${rule.needs}`);
  const listed = operations.map(({ method, path, needs }) => `${method} ${path} ${needs}`);
  expect(listed.sort()).toEqual([...hot, 'POST /v1/decide/:point write', ...cold].sort());
});

test('every reference leads to a component, every operation has an id of its own', () => {
  const names = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
  for (const name of names) expect(document.components.schemas).toHaveProperty(name ?? '');
  expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
});

describe('a parser and its schema say the same', () => {
  const odd = fc.constantFrom<unknown>(
    null,
    '',
    5,
    1.5,
    -1,
    true,
    'tea',
    'x'.repeat(257),
    'a\u0007b',
    '\ud800',
    [],
    ['tea'],
    [''],
    [5],
    {},
    'Z',
  );
  const idPool = fc.oneof({ weight: 5, arbitrary: fc.constant<unknown>('ann') }, { weight: 1, arbitrary: odd });
  const timePool = fc.oneof(fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-01T00:00+01:00', '2026-01-01', 'now'), odd);
  const purposePool = fc.constantFrom('personalise', 'train', 'profit', '');
  const half = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
  /** An object whose members are there or not. */
  const shape = (members: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Record<string, unknown>> =>
    fc.record(members, { requiredKeys: [] }).map((each) => JSON.parse(JSON.stringify(each)) as Record<string, unknown>);
  const names = { subject: half(idPool), userId: half(idPool), anonymousId: half(idPool) };
  const filter = shape({
    category: fc.oneof(fc.constantFrom<unknown>('tea', ['tea', 'cup']), odd),
    priceMin: odd,
    inStock: odd,
    attributes: fc.oneof(fc.constantFrom<unknown>({ a: 1 }, { a: [] }, { '': 1 }, { a: null }, { a: '\ud800' }), odd),
    colour: half(fc.constant('red')),
  });
  const asked = { exclude: odd, pins: odd, limit: fc.oneof(fc.constantFrom(1, 100, 101, 0), odd), filter: fc.oneof(filter, odd) };
  const context = fc.oneof(
    fc.constantFrom<unknown>(
      { consent: { categoryPreferences: { personalise: true } } },
      { consent: { categoryPreferences: { personalise: 'yes' } } },
      { consent: { categoryPreferences: { marketing: 'yes' } } },
      { consent: { categoryPreferences: [] } },
      { consent: 'no' },
    ),
    odd,
  );
  const event = shape({
    ...names,
    type: fc.oneof(fc.constantFrom('track', 'page', 'screen', 'identify', 'group', 'alias', 'flag'), odd),
    event: fc.oneof(fc.constant('Product Viewed'), fc.constantFrom<unknown>('', 5)),
    messageId: idPool,
    properties: half(odd),
    traits: half(odd),
    groupId: half(idPool),
    previousId: half(idPool),
    timestamp: half(fc.option(timePool)),
    originalTimestamp: fc.constantFrom(undefined, null, '2026-01-01T00:00:00Z'),
    context: half(context),
  }).map((each) => ({ type: 'track', event: 'Product Viewed', ...each }));
  const cloud = shape({
    specversion: fc.oneof({ weight: 9, arbitrary: fc.constant('1.0') }, { weight: 1, arbitrary: fc.constant('0.3') }),
    id: idPool,
    source: fc.oneof({ weight: 5, arbitrary: fc.constant<unknown>('/shop') }, { weight: 1, arbitrary: fc.oneof(fc.constant('a b'), odd) }),
    type: idPool,
    subject: idPool,
    time: half(timePool),
    data: half(fc.oneof(fc.constant<unknown>({ product_id: 'tea' }), odd)),
    datacontenttype: half(fc.constantFrom<unknown>('application/json', 'application/x+json; a=b', 'text/xml', 5)),
    data_base64: fc.constantFrom(undefined, undefined, undefined, 'AA=='),
    consent: half(fc.oneof(fc.constantFrom('train=granted', ' train=granted  share=denied ', 'train=yes', 'profit=granted', 'train'), odd)),
    consentorigin: half(idPool),
  }).map((each) => ({ specversion: '1.0', id: 'e', source: '/s', type: 't', subject: 'ann', ...each }));
  const now = Date.parse('2026-02-01T00:00:00Z');
  const registered = new Set(['event_type_unknown', 'basis_not_declarable']);
  const cases: [name: string, bodies: fc.Arbitrary<unknown>, parses: (body: unknown) => boolean][] = [
    [
      'DecideRequest',
      fc.oneof(shape({ ...names, ...asked, context: half(fc.oneof(shape({ items: odd }), odd)) }), odd),
      (body) => parseDecide('home', body, false).ok,
    ],
    [
      'ConsentRequest',
      fc.oneof(
        shape({
          ...names,
          choices: fc.oneof(fc.dictionary(purposePool, fc.constantFrom('granted', 'denied', 'yes')), odd),
          origin: half(idPool),
          notice: fc.oneof(
            {
              weight: 3,
              arbitrary: fc.constantFrom<unknown>(undefined, { id: 'n', version: '1', language: 'en', sha256: '0'.repeat(64) }),
            },
            fc.oneof(
              shape({
                id: idPool,
                version: idPool,
                language: fc.oneof(fc.constantFrom<unknown>('en', 'pt-BR', 'e', '-'), odd),
                sha256: fc.oneof(fc.constantFrom<unknown>('0'.repeat(64), 'A'.repeat(64)), odd),
              }),
              odd,
            ),
          ),
          timestamp: half(timePool),
        }),
        odd,
      ),
      (body) => parseConsent(body, 0).ok,
    ],
    [
      'BasisRequest',
      shape({
        eventType: fc.oneof(fc.constant('item.imported'), odd),
        purpose: fc.oneof(purposePool, odd),
        basis: fc.oneof(fc.constant('contract'), odd),
        reason: fc.oneof(fc.constantFrom('because', ' ', 'x'.repeat(2001)), odd),
      }),
      (body) => {
        const parsed = parseBasis(body, doorway.rig.engine.core.registry);
        return parsed.ok || registered.has(parsed.code);
      },
    ],
    [
      'ItemsRequest',
      fc.oneof(
        shape({
          items: fc.oneof(
            fc.array(shape({ id: idPool, title: odd, price: odd, currency: odd, attributes: odd, more: half(odd) }), { maxLength: 2 }),
            odd,
          ),
        }),
        odd,
      ),
      (body) => parseItems(body).ok,
    ],
    [
      'OfrepRequest',
      fc.oneof(shape({ context: fc.oneof(shape({ ...asked, targetingKey: half(idPool), items: half(odd), gpc: half(odd) }), odd) }), odd),
      (body) => parseOfrep(Buffer.from(JSON.stringify(body)), false).ok,
    ],
    ...(['track', 'identify', 'page', 'group', 'alias'] as const).map((call): (typeof cases)[number] => [
      `${call.charAt(0).toUpperCase()}${call.slice(1)}Call`,
      event,
      (body) => {
        const parsed = parseSegmentBatch(body, { receivedAt: now, objects: false, call });
        return parsed.ok && parsed.value.rejections.length === 0 && parsed.value.events.every(({ fault }) => fault === undefined);
      },
    ]),
    [
      'TrackingEvent',
      event,
      (body) => {
        const parsed = parseSegmentBatch({ batch: [body] }, { receivedAt: now, objects: false });
        return parsed.ok && parsed.value.rejections.length === 0 && parsed.value.events.every(({ fault }) => fault === undefined);
      },
    ],
    [
      'CloudEvent',
      cloud,
      (body) => {
        const parsed = parseCloudEvent(body, now, false);
        return parsed.ok && parsed.value.fault === undefined;
      },
    ],
  ];
  test.each(cases)('%s', (name, bodies, parses) => {
    const valid = fits(name);
    const seen = { yes: 0, no: 0 };
    const agrees = (body: unknown): void => {
      const parsed = parses(body);
      seen[parsed ? 'yes' : 'no'] += 1;
      if (valid(body) !== parsed)
        throw new Error(`the parser says ${parsed}, the schema not: ${JSON.stringify(body)} ${JSON.stringify(valid.errors)}`);
    };
    fc.assert(fc.property(bodies, agrees), { numRuns: 3000, seed: 7 });
    expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(20);
  });
});

describe('what the server answers fits its schema', () => {
  test('the whole way', async () => {
    const got: [name: string, body: unknown][] = [];
    const ask = async (name: string, method: string, path: string, body?: unknown): Promise<DecideAnswer> => {
      const reply = await doorway.send(method, path, body);
      got.push([name, reply.body]);
      return reply.body;
    };
    await ask('ItemsAnswer', 'POST', '/v1/items', { items: [{ id: 'tea', title: 'Tea' }, { id: 'cup' }] });
    await ask('ConsentAnswer', 'POST', '/v1/consents', { subject: 'ann', choices: { personalise: 'granted', train: 'granted' } });
    await ask('BatchAnswer', 'POST', '/v1/batch', {
      batch: [view('ann', 'tea', { messageId: 'm' }), view('bob', 'tea'), { type: 'track' }],
    });
    const decision = await ask('DecideAnswer', 'POST', '/v1/decide/home', { userId: 'ann' });
    await ask('DecideAnswer', 'POST', '/v1/decide/home', {});
    await ask('Why', 'GET', `/v1/decisions/${decision.decisionId}`);
    await ask('Profile', 'GET', '/v1/subjects/ann');
    await ask('OfrepFlag', 'POST', '/ofrep/v1/evaluate/flags/home', { context: { targetingKey: 'ann' } });
    await ask('OfrepFlags', 'POST', '/ofrep/v1/evaluate/flags', {});
    await ask('OfrepFailure', 'POST', '/ofrep/v1/evaluate/flags/none', {});
    await ask('CorrectionAnswer', 'POST', '/v1/subjects/ann/corrections', {
      id: 'm',
      properties: { product_id: 'cup' },
    });
    await ask('ConsentAnswer', 'POST', '/v1/consents', { subject: 'amy', choices: { personalise: 'granted' } });
    await ask('LinkAnswer', 'POST', '/v1/subjects/ann/links', { other: 'amy', evidence: 'log-in' });
    await ask('Profile', 'GET', '/v1/subjects/ann');
    await ask('LinkAnswer', 'POST', '/v1/subjects/ann/links', { other: 'amy', linked: false });
    await ask('ConsentAnswer', 'POST', '/v1/subjects/ann/restriction', { restricted: true });
    await ask('Profile', 'GET', '/v1/subjects/ann');
    await ask('Health', 'GET', '/health');
    await ask('ErasureAnswer', 'DELETE', '/v1/subjects/ann');
    await ask('BasisAnswer', 'POST', '/v1/bases', { eventType: 'item.imported', purpose: 'train', basis: 'contract', reason: 'as agreed' });
    await ask('Error', 'GET', '/v1/subjects/ann');
    await ask('Error', 'POST', '/v1/decide/home', { limit: 0 });
    for (const [name, body] of got) {
      const valid = fits(name);
      expect(valid(body), `${name} ${JSON.stringify(valid.errors)} ${JSON.stringify(body)}`).toBe(true);
    }
  });
});
