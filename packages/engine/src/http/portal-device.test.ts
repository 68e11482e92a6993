// The way in by the key of a device: registered with the first choices, a challenge for one id, origin and use. In a browser, with the SDK:
// packages/browser/src/device.browser.test.ts.
import { generateKeyPairSync, sign } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { limits } from '../base/limits.js';
import { entryText } from './portal-device.js';
import type { Doorway } from './doorway.suite.js';
import { portalDoor } from './portal.suite.js';

const Origin = 'http://localhost:8080';
let doorway: Doorway;
beforeEach(async () => {
  doorway = await portalDoor();
});
afterEach(() => doorway.close());

class Device {
  readonly #pair = generateKeyPairSync('ed25519');
  readonly publicKey = this.#pair.publicKey.export({ format: 'jwk' }).x ?? '';
  signed(text: string): string {
    return sign(null, Buffer.from(text), this.#pair.privateKey).toString('base64url');
  }
}

interface Said {
  readonly device?: boolean;
  readonly challenge: string;
  readonly path: string;
  readonly error?: { readonly code: string };
}

async function post(path: string, body: object, headers: Record<string, string> = { Origin }): Promise<Said> {
  const reply = await fetch(doorway.url + path, { method: 'POST', body: JSON.stringify(body), headers });
  return JSON.parse(await reply.text());
}

const chooses = (subject: string, { publicKey }: Device): Promise<Said> =>
  post('/v1/consents', { subject, choices: { personalise: 'granted' }, device: publicKey });

const challengeFor = async (subject: string): Promise<string> => (await post('/v1/portal/challenges', { subject })).challenge;

const enter = (device: Device, challenge: string, origin = Origin): Promise<Said> =>
  post('/v1/portal/entries', { challenge, publicKey: device.publicKey, signature: device.signed(entryText(origin, challenge)) });

test('a key that came with the first choices opens the portal of its id, by a link with one button', async () => {
  const device = new Device();
  expect(await chooses('visitor-1', device)).toMatchObject({ success: true, device: true });
  const { path } = await enter(device, await challengeFor('visitor-1'));
  expect(path).toMatch(/^\/me\/enter\?ticket=[\w-]+$/);
  const ticket = new URL(path, doorway.url).searchParams.get('ticket') ?? '';
  const entered = await fetch(`${doorway.url}/me/enter`, { method: 'POST', body: new URLSearchParams({ ticket }), redirect: 'manual' });
  const cookie = (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const page = await (await fetch(`${doorway.url}/me`, { headers: { cookie } })).text();
  expect(page).toContain('visitor-1');
  const form = { token: /name="token" value="([^"]+)"/.exec(page)?.[1] ?? '', wish: 'Look' };
  await fetch(`${doorway.url}/me/review`, { method: 'POST', body: new URLSearchParams(form), headers: { cookie }, redirect: 'manual' });
  expect(doorway.rig.engine.desk.list()).toMatchObject([{ subject: 'visitor-1', proof: 'device' }]);
});

test('a key is taken with the first choices alone: not beside another, not for somebody who did something, not for nobody', async () => {
  const [own, stranger] = [new Device(), new Device()];
  await chooses('visitor-1', own);
  expect(await chooses('visitor-1', stranger)).toMatchObject({ success: true, device: false });
  expect(await enter(stranger, await challengeFor('visitor-1'))).toMatchObject({ error: { code: 'proof_refused' } });
  await doorway.rig.say('bob', 'granted', 'personalise');
  await doorway.rig.visit('bob', 'tea');
  expect(await chooses('bob', stranger)).toMatchObject({ success: true, device: false });
  expect(await enter(stranger, await challengeFor('bob'))).toMatchObject({ error: { code: 'proof_refused' } });
  const refused = { subject: 'shy', choices: { personalise: 'denied' }, device: stranger.publicKey };
  expect(await post('/v1/consents', refused)).toMatchObject({ success: true, device: false });
  expect(await post('/v1/consents', { ...refused, device: 'short' })).toMatchObject({ error: { code: 'body_shape' } });
  expect((await doorway.rig.dump()).join('\n')).not.toContain(stranger.publicKey);
});

test('a challenge is for one id, one origin, one use, and not for long; a wrong answer uses nothing up', async () => {
  const [one, other] = [new Device(), new Device()];
  await chooses('visitor-1', one);
  await chooses('visitor-2', other);
  const challenge = await challengeFor('visitor-1');
  const refused = { error: { code: 'proof_refused' } };
  expect(await enter(other, challenge)).toMatchObject(refused);
  expect(await enter(one, challenge, 'https://evil.example')).toMatchObject(refused);
  const signature = one.signed(entryText(Origin, challenge));
  const answer = { challenge, publicKey: one.publicKey, signature };
  expect(await post('/v1/portal/entries', answer, { Origin: 'http://localhost:9' })).toMatchObject(refused);
  expect(await post('/v1/portal/entries', answer, {})).toMatchObject(refused);
  expect(await post('/v1/portal/challenges', { subject: 'visitor-1' }, {})).toMatchObject(refused);
  expect(await post('/v1/portal/entries', { ...answer, signature: 'x' })).toMatchObject({ error: { code: 'body_shape' } });
  // What a device signed to ask for something at the desk opens nothing here.
  expect(await post('/v1/portal/entries', { ...answer, signature: one.signed(`${challenge}\naccess`) })).toMatchObject(refused);
  expect(await post('/v1/portal/entries', answer)).toHaveProperty('path');
  expect(await post('/v1/portal/entries', answer)).toMatchObject(refused);
  const late = await challengeFor('visitor-1');
  doorway.rig.clock.advance(limits.portalChallengeMs);
  expect(await enter(one, late)).toMatchObject(refused);
  for (const forged of ['', 'x', late.slice(1)]) expect(await enter(one, forged)).toMatchObject(refused);
});

test('whether an id is known is not told; an id that is linked to another opens by its account, not by a device', async () => {
  const device = new Device();
  expect(Object.keys(await post('/v1/portal/challenges', { subject: 'nobody-there' }))).toEqual(['challenge', 'expiresAt']);
  expect(await enter(device, await challengeFor('nobody-there'))).toMatchObject({ error: { code: 'proof_refused' } });
  await chooses('visitor-1', device);
  await doorway.rig.say('account-7', 'granted', 'personalise');
  await doorway.rig.engine.link('visitor-1', 'account-7', true, 'a log-in');
  expect(await enter(device, await challengeFor('visitor-1'))).toMatchObject({ error: { code: 'device_linked' } });
  expect(await enter(new Device(), await challengeFor('visitor-1'))).toMatchObject({ error: { code: 'proof_refused' } });
});

test('a visit and a link by a device open nothing more once its id is linked to another; parted again they do', async () => {
  const device = new Device();
  await chooses('visitor-1', device);
  const ticketOf = async (): Promise<string> =>
    new URL((await enter(device, await challengeFor('visitor-1'))).path, doorway.url).searchParams.get('ticket') ?? '';
  const pressed = async (ticket: string): Promise<Response> =>
    fetch(`${doorway.url}/me/enter`, { method: 'POST', body: new URLSearchParams({ ticket }), redirect: 'manual' });
  const cookie = ((await pressed(await ticketOf())).headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const statusOf = async (path: string): Promise<number> => (await fetch(doorway.url + path, { headers: { cookie } })).status;
  const waiting = await ticketOf();
  await doorway.rig.say('account-7', 'granted', 'personalise');
  await doorway.rig.visit('account-7', 'tea');
  expect(await statusOf('/me')).toBe(200);
  await doorway.rig.engine.link('visitor-1', 'account-7', true, 'a log-in');
  for (const path of ['/me', '/me/events', '/me/download', `/me/enter?ticket=${waiting}`])
    expect([path, await statusOf(path)]).toEqual([path, 403]);
  expect((await pressed(waiting)).status).toBe(403);
  await doorway.rig.engine.link('visitor-1', 'account-7', false, '');
  expect([await statusOf('/me'), (await pressed(waiting)).status]).toEqual([200, 303]);
});

test('what was decided while an id was linked that is parted since is not on the page: it may tell what the other did', async () => {
  const { rig } = doorway;
  const { engine } = rig;
  const device = new Device();
  await chooses('visitor-1', device);
  await rig.say('account-7', 'granted', 'personalise');
  await rig.visit('account-7', 'secret-tea');
  const decide = async (): Promise<string> => {
    const made = engine.rank({ point: 'home', subject: 'visitor-1' });
    await engine.drain();
    return made.ok ? made.value.id : '';
  };
  const before = await decide();
  await engine.link('visitor-1', 'account-7', true, 'a log-in');
  const shared = await decide();
  await engine.link('visitor-1', 'account-7', false, '');
  const { path } = await enter(device, await challengeFor('visitor-1'));
  const ticket = new URL(path, doorway.url).searchParams.get('ticket') ?? '';
  const entered = await fetch(`${doorway.url}/me/enter`, { method: 'POST', body: new URLSearchParams({ ticket }), redirect: 'manual' });
  const headers = { cookie: (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
  const pageOf = async (at: string): Promise<string> => (await fetch(doorway.url + at, { headers })).text();
  const page = await pageOf('/me');
  expect(page).toContain(before);
  expect(page).not.toContain(shared);
  expect(await pageOf(`/me/decisions/${before}`)).toContain('The coffee');
  expect(await pageOf(`/me/decisions/${shared}`)).not.toContain('secret-tea');
});

test('after an erasure the key opens nothing, and is nowhere', async () => {
  const device = new Device();
  await chooses('visitor-1', device);
  const challenge = await challengeFor('visitor-1');
  await doorway.rig.engine.erase(['visitor-1']);
  expect(await enter(device, challenge)).toMatchObject({ error: { code: 'proof_refused' } });
  expect((await doorway.rig.dump()).join('\n')).not.toContain(device.publicKey);
});
