// The kinds of abuse of scripts/abuse.mjs and the code that each must get. Every one carries the canary where a value can stand: nothing
// that was refused may be found again in what the server writes down.
import { gzipSync } from 'node:zlib';

export const canary = 'canary-5f1e';
const json = (value) => JSON.stringify(value);
const levels = (count) => '['.repeat(count) + ']'.repeat(count);
const keysOf = (count) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`${canary}-${at}`, at]));

const view = (more) => ({
  type: 'track',
  event: 'Product Viewed',
  userId: canary,
  messageId: `${canary}-${Math.random().toString(36).slice(2)}`,
  properties: { product_id: 'tea' },
  ...more,
});

/**
 * One bad event between two good ones: the request is a 200, the good ones are kept, the bad one gets its code.
 * @type {readonly (readonly [kind: string, event: string, code: string])[]}
 */
export const inBatch = [
  ['an unknown type', json(view({ event: canary })), 'event_type_unknown'],
  ['a type of the engine itself', json(view({ event: 'erasure.recorded' })), 'event_type_unknown'],
  ['an unknown call', json({ type: canary }), 'event_shape'],
  ['a number', '17', 'event_shape'],
  ['null', 'null', 'event_shape'],
  ['nobody', json({ type: 'track', event: 'Product Viewed', messageId: canary }), 'event_shape'],
  ['the year 275760', json(view({ timestamp: '+275760-09-13T00:00:00Z' })), 'event_time'],
  ['tomorrow', json(view({ timestamp: new Date(Date.now() + 86_400_000).toISOString() })), 'event_time'],
  ['the year 1', json(view({ timestamp: '0001-01-01T00:00:00Z' })), 'event_time'],
  ['a time of words', json(view({ timestamp: canary })), 'event_time'],
  ['__proto__', `{"type":"track","userId":"${canary}","__proto__":{"polluted":1}}`, 'body_shape'],
  ['__proto__, escaped', `{"type":"track","properties":{"__pr\\u006fto__":{"polluted":"${canary}"}}}`, 'body_shape'],
  ['constructor.prototype', `{"type":"track","context":{"constructor":{"prototype":{"polluted":"${canary}"}}}}`, 'body_shape'],
  ['a thousand levels', `{"type":"track","userId":"${canary}","properties":{"a":${levels(1_000)}}}`, 'body_too_deep'],
  ['a thousand keys', json(view({ properties: { product_id: 'tea', ...keysOf(1_000) } })), 'body_too_deep'],
  ['40 KB in one event', json(view({ properties: { product_id: canary.repeat(4_000) } })), 'event_too_large'],
  ['a property of the wrong type', json(view({ properties: { product_id: { id: canary } } })), 'event_property'],
  ['a negative price', json(view({ properties: { product_id: canary, price: -1 } })), 'event_range'],
  ['somebody who granted nothing', json(view({ userId: `${canary}-stranger` })), 'no_grant'],
];

const post = (body, more = {}) => ({ method: 'POST', path: '/v1/batch', body, ...more });

/**
 * Whole requests that are refused; `key` names the kind of key, `write` when absent.
 * @typedef {{ method: string, path: string, body?: string | Uint8Array, key?: string | null, chunked?: boolean }} Broken
 * @type {readonly (readonly [kind: string, request: Broken, status: number, code: string])[]}
 */
export const requests = [
  ['broken JSON', post(`{"batch":[{"userId":"${canary}"`), 400, 'body_not_json'],
  [
    'broken UTF-8',
    post(Buffer.concat([Buffer.from(`{"batch":["${canary}`), Buffer.from([0xc3, 0x28, 0xff]), Buffer.from('"]}')])),
    400,
    'body_not_json',
  ],
  ['text', post(canary), 400, 'body_not_json'],
  ['nothing', post(''), 400, 'body_not_json'],
  ['a list', post('[]'), 400, 'body_shape'],
  ['__proto__ at the top', post('{"__proto__":{"batch":[]},"batch":[]}'), 400, 'body_shape'],
  ['100,000 levels', post(`{"batch":[],"context":${levels(100_000)}}`), 400, 'body_too_deep'],
  ['600 KB', post(json({ batch: [canary.repeat(60_000)] })), 413, 'body_too_large'],
  ['600 KB in pieces', { ...post(json({ batch: [canary.repeat(60_000)] })), chunked: true }, 413, 'body_too_large'],
  ['3,000 events', post(json({ batch: Array.from({ length: 3_000 }, () => 1) })), 400, 'batch_too_long'],
  ['a gzip bomb of 400 MiB', post('bomb'), 413, 'body_too_large'],
  ['gzip that was cut', post(gzipSync(json({ batch: [canary.repeat(99)] })).subarray(0, 40)), 400, 'body_packing'],
  ['gzip in gzip', post(gzipSync(gzipSync('{"batch":[]}'))), 400, 'body_not_json'],
  ['no key', post('{"batch":[]}', { key: null }), 401, 'key_missing'],
  ['a wrong key', post('{"batch":[]}', { key: 'wrong' }), 401, 'key_unknown'],
  ['a key that is not text', post('{"batch":[]}', { key: 'binary' }), 401, 'key_unknown'],
  ['a write key where an admin key is asked', { method: 'DELETE', path: `/v1/subjects/${canary}` }, 403, 'key_kind'],
  ['a write key in another method', { method: 'GET', path: '/v1/batch' }, 405, 'method_not_allowed'],
  ['no such route', { method: 'GET', path: `/${canary}` }, 404, 'not_found'],
  ['a path that climbs', { method: 'GET', path: `/v1/subjects/..%2f..%2fetc%2fpasswd`, key: 'secret' }, 404, 'subject_unknown'],
  ['no such decision point', { method: 'POST', path: `/v1/decide/${canary}`, body: '{}' }, 404, 'point_unknown'],
  [
    'an item without id',
    { method: 'POST', path: '/v1/items', body: json({ items: [{ title: canary }] }), key: 'secret' },
    400,
    'item_shape',
  ],
];
