// The way in by an account, against a provider of our own: what is sent, what is checked when the person is back, and that nothing but the
// configured addresses is followed. In a browser: portal-entry.browser.test.ts.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { isOnThisMachine, OpenId } from '../adapters/open-id.js';
import { sealedTickets } from '../adapters/sealed-tickets.js';
import { SeededEntropy } from '../adapters/seeded-entropy.js';
import { limits } from '../base/limits.js';
import { Doorway } from './doorway.suite.js';
import { clientId, clientSecret, TestProvider } from './open-id.suite.js';
import { signInCookie } from './portal-account.js';
import { unmarked } from './portal.suite.js';
import { portalLanguages } from './portal-words.js';

const redirectUri = 'https://shop.example/me/account/return';
let provider: TestProvider;
let doorway: Doorway;

function open(claim = 'sub'): Promise<Doorway> {
  const entropy = new SeededEntropy(5);
  const issuer = new URL(provider.issuer);
  return Doorway.open(() => ({
    portal: {
      tickets: sealedTickets(new Uint8Array(32).fill(7), 'portal', entropy),
      entropy,
      accounts: new OpenId({ issuer, clientId, clientSecret, redirectUri, claim }),
    },
  }));
}

beforeAll(async () => {
  provider = await TestProvider.open();
  doorway = await open();
});
beforeEach(() => {
  Object.assign(provider, { claims: { sub: 'ann' }, wrong: {}, badSignature: false, down: false });
});
afterAll(async () => {
  await doorway.close();
  await provider.close();
});

/** The same with another claim. */
async function withClaim(claim: string, task: () => Promise<void>): Promise<void> {
  const before = doorway;
  doorway = await open(claim);
  try {
    await task();
  } finally {
    await doorway.close();
    doorway = before;
  }
}

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(doorway.url + path, { headers, redirect: 'manual' });

interface SignIn {
  readonly cookie: string;
  readonly url: URL;
}

async function begun(headers: Record<string, string> = {}): Promise<SignIn> {
  const reply = await get('/me/account', headers);
  expect(reply.status).toBe(303);
  const cookie = (reply.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  return { cookie, url: new URL(reply.headers.get('location') ?? '') };
}

/** Comes back from the provider. */
async function back({ cookie, url }: SignIn, change: (back: URL) => void = () => undefined): Promise<Response> {
  const to = provider.signIn(url.href);
  change(to);
  return get(to.pathname + to.search, { cookie });
}

const ticketIn = async (reply: Response): Promise<string> => /name="ticket" value="([^"]+)"/.exec(await reply.text())?.[1] ?? '';

async function refusedWith(reply: Response, code: 'account_refused' | 'account_unknown' | 'account_unreachable'): Promise<void> {
  const page = await reply.text();
  expect([reply.status, page.includes(code), page.includes('name="ticket"')]).toEqual([
    code === 'account_unreachable' ? 503 : 403,
    true,
    false,
  ]);
  expect(page).toContain(portalLanguages.en.accountRefusals[code]);
}

test('off to the provider with PKCE, state and nonce, back to the configured address, in by one button', async () => {
  const reply = await get('/me/account', { Host: doorway.url.slice(7) });
  expect(reply.headers.get('set-cookie')).toMatch(/^ethogram_me_sign_in=[\w-]+; Path=\/me\/account; Max-Age=600; HttpOnly; SameSite=Lax$/);
  const { cookie, url } = await begun();
  const asked = Object.fromEntries(url.searchParams);
  expect(url.origin).toBe(provider.issuer);
  expect(asked).toMatchObject({ client_id: clientId, redirect_uri: redirectUri, response_type: 'code', scope: 'openid' });
  for (const name of ['state', 'nonce', 'code_challenge']) expect(asked[name]).toMatch(/^[\w-]{43}$/);
  // Nothing of it can be read out of the cookie, nor of the address.
  expect(cookie).not.toContain(asked['state'] ?? 'x');

  const returned = await back({ cookie, url });
  expect([returned.status, returned.headers.get('set-cookie')]).toEqual([200, expect.stringContaining('Max-Age=0')]);
  const token = provider.tokensAsked.at(-1);
  expect(token?.authorization).toBe(
    `Basic ${Buffer.from(`ethogram:${encodeURIComponent(clientSecret).replaceAll('%20', '+')}`).toString('base64')}`,
  );
  expect(token?.form.get('client_secret')).toBeNull();

  const ticket = await ticketIn(returned);
  const entered = await fetch(`${doorway.url}/me/enter`, { method: 'POST', body: new URLSearchParams({ ticket }), redirect: 'manual' });
  const session = (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  expect(session).toMatch(/^ethogram_me=/);
  const page = unmarked(await (await get('/me', { cookie: session })).text());
  expect(page).toContain(portalLanguages.en.as('ann'));
  const form = { token: /name="token" value="([^"]+)"/.exec(page)?.[1] ?? '', wish: 'Look' };
  await fetch(`${doorway.url}/me/review`, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { cookie: session },
    redirect: 'manual',
  });
  expect(doorway.rig.engine.desk.list()).toMatchObject([{ subject: 'ann', proof: 'account' }]);
  // What opened it opens nothing more.
  expect((await fetch(`${doorway.url}/me/enter`, { method: 'POST', body: new URLSearchParams({ ticket }) })).status).toBe(403);
});

test('a sign-in serves once, in the browser that began it, and not for long', async () => {
  const one = await begun();
  const other = await begun();
  await refusedWith(await back({ cookie: '', url: one.url }), 'account_refused');
  await refusedWith(await back({ cookie: other.cookie, url: one.url }), 'account_refused');
  await refusedWith(await back({ cookie: `${signInCookie}=forged`, url: one.url }), 'account_refused');
  expect((await back(one)).status).toBe(200);
  await refusedWith(await back(one), 'account_refused');
  doorway.rig.clock.advance(limits.accountSignInMs);
  await refusedWith(await back(other), 'account_refused');
});

test('an answer that a sign-in does not wait for leaves it alone: an older tab, or a page elsewhere, ends none under way', async () => {
  const older = await begun();
  const newer = await begun();
  const set = async (url: URL): Promise<string | null> => {
    const reply = await back({ cookie: newer.cookie, url });
    await refusedWith(reply, 'account_refused');
    return reply.headers.get('set-cookie');
  };
  expect(await set(older.url)).toBeNull();
  const foreign = await get('/me/account/return?code=c&state=s', { cookie: newer.cookie });
  expect([foreign.status, foreign.headers.get('set-cookie')]).toEqual([403, null]);
  const reply = await back(newer);
  expect([reply.status, reply.headers.get('set-cookie')]).toEqual([200, expect.stringContaining('Max-Age=0')]);
});

test.each([
  ['another state', (to: URL) => to.searchParams.set('state', 'x'.repeat(43))],
  ['no state', (to: URL) => to.searchParams.delete('state')],
  ['no code', (to: URL) => to.searchParams.delete('code')],
  ['a code that was not given', (to: URL) => to.searchParams.set('code', 'other')],
  ['another issuer', (to: URL) => to.searchParams.set('iss', 'https://evil.example')],
  ['the person said no', (to: URL) => to.searchParams.set('error', 'access_denied')],
] as const)('refused: %s', async (_, change) => {
  await refusedWith(await back(await begun(), change), 'account_refused');
});

test.each([
  ['for another client', { aud: 'somebody' }],
  ['of another issuer', { iss: 'https://evil.example' }],
  ['with another nonce', { nonce: 'n' }],
  ['that has ended', { exp: 1_000_000 }],
])('refused: an ID token %s', async (_, wrong) => {
  provider.wrong = wrong;
  await refusedWith(await back(await begun()), 'account_refused');
});

test('refused: an ID token that somebody else signed', async () => {
  provider.badSignature = true;
  await refusedWith(await back(await begun()), 'account_refused');
});

test('a claim that is missing, is no id, or is an address that nobody checked names nobody', async () => {
  await withClaim('shop_id', async () => {
    for (const value of [undefined, '', 7, 'a\u0000b', 'x'.repeat(limits.idCharsMax + 1)]) {
      provider.claims = { sub: 'ann', shop_id: value };
      await refusedWith(await back(await begun()), 'account_unknown');
    }
    provider.claims = { sub: 'ann', shop_id: 'c-17' };
    expect((await back(await begun())).status).toBe(200);
  });
  await withClaim('email', async () => {
    for (const email_verified of [undefined, false, 'true']) {
      provider.claims = { sub: 'ann', email: 'ann@shop.example', email_verified };
      await refusedWith(await back(await begun()), 'account_unknown');
    }
    provider.claims = { sub: 'ann', email: 'ann@shop.example', email_verified: true };
    expect((await back(await begun())).status).toBe(200);
  });
});

test('a provider that cannot be asked is told, and asked again later', async () => {
  await withClaim('sub', async () => {
    provider.down = true;
    await refusedWith(await get('/me/account'), 'account_unreachable');
    provider.down = false;
    const signIn = await begun();
    provider.down = true;
    await refusedWith(await back(signIn), 'account_unreachable');
    provider.down = false;
    expect((await back(await begun())).status).toBe(200);
  });
});

test('no address of a request is followed: not Host, not a parameter; behind a proxy the cookie is for encrypted lines only', async () => {
  const reply = await get('/me/account?redirect_uri=https://evil.example&return=https://evil.example', {
    'X-Forwarded-Host': 'evil.example',
  });
  expect(reply.headers.get('location')).not.toContain('evil');
  expect(reply.headers.get('set-cookie')).toContain('; Secure');
});

test('who is not in is offered the account; without one configured there is no such way', async () => {
  expect(await (await get('/me')).text()).toContain('href="/me/account?lang=en"');
  const entropy = new SeededEntropy(6);
  const without = await Doorway.open(() => ({ portal: { tickets: sealedTickets(new Uint8Array(32), 'portal', entropy), entropy } }));
  try {
    expect((await without.send('GET', '/me/account')).status).toBe(404);
    expect((await without.send('GET', '/me/account/return')).status).toBe(404);
    expect(await (await fetch(`${without.url}/me`)).text()).not.toContain('/me/account');
  } finally {
    await without.close();
  }
});

test('an issuer without TLS is taken on this very machine alone', async () => {
  for (const url of ['http://127.0.0.1:1', 'http://localhost:3000', 'http://[::1]'])
    expect([url, isOnThisMachine(new URL(url))]).toEqual([url, true]);
  for (const url of [
    'http://127.0.0.1.evil.example',
    'http://localhost.evil.example',
    'http://127.0.0.1@evil.example',
    'https://localhost',
  ])
    expect([url, isOnThisMachine(new URL(url))]).toEqual([url, false]);
  const far = new OpenId({ issuer: new URL('http://192.0.2.1'), clientId, redirectUri, claim: 'sub' });
  expect(await far.begin({ state: 's', nonce: 'n', verifier: 'v'.repeat(43) })).toEqual({ ok: false, code: 'account_unreachable' });
});
