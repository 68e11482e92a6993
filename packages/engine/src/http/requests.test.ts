// The routes of archives, requests and recipients over a real server: who may call them, and what they answer.
import { generateKeyPairSync, sign } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Doorway } from './doorway.suite.js';

let doorway: Doorway;
beforeEach(async () => {
  doorway = await Doorway.open();
});
afterEach(() => doorway.close());

async function call(method: string, path: string, body?: unknown): Promise<{ status: number; json: Record<string, never> }> {
  const response = await fetch(doorway.url + path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  return { status: response.status, json: (await response.json()) as Record<string, never> };
}

async function ann(): Promise<void> {
  await doorway.rig.say('ann', 'granted', 'personalise', 'train');
  await doorway.rig.visit('ann', 'tea');
}

test('an archive is a ZIP, and nobody is a coded error', async () => {
  await ann();
  const response = await fetch(`${doorway.url}/v1/subjects/ann/archive`);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/zip']);
  const bytes = Buffer.from(await response.arrayBuffer());
  expect([bytes.subarray(0, 4).toString('latin1'), bytes.includes('events.jsonl')]).toEqual(['PK\u0003\u0004', true]);
  expect(await call('GET', '/v1/subjects/nobody/archive')).toMatchObject({ status: 404, json: { error: { code: 'subject_unknown' } } });
});

test('a request goes its way: opened by the host, extended, answered', async () => {
  await ann();
  const authority = { kind: 'guardian', by: 'parent-1', evidence: 'register of 2026' };
  const { json } = await call('POST', '/v1/subjects/ann/requests', { kind: 'object', wish: { purposes: ['train'] }, authority });
  expect(json).toMatchObject({ subject: 'ann', state: 'open', proof: 'account', authority, overdue: false });
  const path = `/v1/requests/${String(json['request'])}`;
  expect(await call('POST', `${path}/extension`, { reason: '' })).toMatchObject({ status: 400 });
  expect(await call('POST', `${path}/extension`, { reason: 'many' })).toMatchObject({ status: 200, json: { extended: true } });
  expect(await call('POST', `${path}/answer`, { text: 'stopped' })).toMatchObject({ status: 200, json: { state: 'answered' } });
  expect(await call('POST', `${path}/refusal`, { reason: 'no' })).toMatchObject({
    status: 409,
    json: { error: { code: 'request_closed' } },
  });
  expect(await call('GET', '/v1/requests?state=answered')).toMatchObject({ json: { requests: [{ subject: 'ann' }] } });
  expect(await call('GET', path)).toMatchObject({ json: { steps: [{ step: 'extended' }, { step: 'answered', text: 'stopped' }] } });
  for (const [body, field] of [
    [{ kind: 'dance' }, '/kind'],
    [{ kind: 'correct', wish: {} }, '/wish/event'],
    [{ kind: 'access', authority: { kind: 'guardian', by: 'p' } }, '/authority/evidence'],
  ] as const)
    expect(await call('POST', '/v1/subjects/ann/requests', body)).toMatchObject({ status: 400, json: { error: { field } } });
});

test('a person asks by a link of the host, or by their own device', async () => {
  await doorway.rig.say('ann', 'granted', 'train');
  const link = await call('POST', '/v1/subjects/ann/proof-links');
  const proof = { kind: 'link', token: link.json['token'] };
  expect(await call('POST', '/v1/requests', { subject: 'ann', proof, kind: 'access' })).toMatchObject({ json: { proof: 'link' } });
  const keys = generateKeyPairSync('ed25519');
  const publicKey = keys.publicKey.export({ format: 'jwk' }).x;
  expect(await call('POST', '/v1/devices', { subject: 'ann', publicKey: 'short' })).toMatchObject({ status: 400 });
  // A request of hers stands there by now: a first device comes with the first choices, or from the host.
  expect(await call('POST', '/v1/devices', { subject: 'ann', publicKey })).toMatchObject({ status: 403 });
  expect(await call('POST', '/v1/subjects/ann/devices', { publicKey })).toMatchObject({ json: { keys: 1 } });
  const { json } = await call('POST', '/v1/challenges', { subject: 'ann' });
  const signature = sign(null, Buffer.from(`${String(json['token'])}\nportability`), keys.privateKey).toString('base64url');
  const signed = { kind: 'device', challenge: json['token'], publicKey, signature };
  const asked = { subject: 'ann', proof: signed, kind: 'portability' };
  expect(await call('POST', '/v1/requests', asked)).toMatchObject({ json: { proof: 'device' } });
  expect(await call('POST', '/v1/requests', { ...asked, kind: 'erase' })).toMatchObject({ json: { error: { code: 'proof_refused' } } });
});

test('a recipient fetches what it is owed and acknowledges it', async () => {
  await ann();
  const disclosure = { recipient: 'mailer', reference: 'crm-1', purpose: 'share' };
  expect(await call('POST', '/v1/subjects/ann/recipients', disclosure)).toMatchObject({ json: { recipients: 1 } });
  expect(await call('POST', '/v1/subjects/ann/recipients', { ...disclosure, purpose: 'fun' })).toMatchObject({ status: 400 });
  const { json } = await call('POST', '/v1/subjects/ann/requests', { kind: 'erase' });
  expect(await call('POST', `/v1/requests/${String(json['request'])}/answer`, { text: 'erased' })).toMatchObject({
    json: { receipt: expect.any(String) },
  });
  await doorway.rig.engine.drain();
  const owed = await call('GET', '/v1/notices?recipient=mailer');
  expect(owed.json).toMatchObject({ notices: [{ reference: 'crm-1', kind: 'erased', overdue: false }] });
  expect(JSON.stringify(owed.json)).not.toContain('ann');
  const [notice] = doorway.rig.engine.tellings.list();
  const path = `/v1/notices/${notice?.notice ?? ''}/acknowledgement`;
  for (const _ of [1, 2]) expect(await call('POST', path)).toMatchObject({ status: 200, json: { acknowledgedAt: expect.any(Number) } });
  expect(await call('GET', '/v1/notices')).toMatchObject({ json: { notices: [] } });
  expect(await call('GET', '/health')).toMatchObject({ json: { overdue: { requests: 0, notices: 0 } } });
});
