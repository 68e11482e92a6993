// The way in by an account in a real browser with scripts off: from the page that nobody is in, to the provider, back, and in by the
// button. The cookies of both halves are what matters: a Lax one on the way back from the provider, a Strict one for the visit.
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OpenId } from '../adapters/open-id.js';
import type { Accounts } from '../ports/accounts.js';
import type { Doorway } from './doorway.suite.js';
import { clientId, clientSecret, TestProvider } from './open-id.suite.js';
import { annVisits, portalDoor, unmarked } from './portal.suite.js';
import { portalLanguages } from './portal-words.js';

const executablePath = process.env['ETHOGRAM_CHROMIUM'] ?? '/usr/bin/chromium';
const pictures = process.env['ETHOGRAM_SCREENSHOTS'] ?? join(tmpdir(), 'ethogram-portal');
const words = portalLanguages.en;
let browser: Browser;
let provider: TestProvider;
let doorway: Doorway;

/** Made when it is first asked, because only then the door has an address. */
function accountsAt(door: () => string): Accounts {
  const issuer = new URL(provider.issuer);
  const made = (): OpenId => new OpenId({ issuer, clientId, clientSecret, redirectUri: `${door()}/me/account/return`, claim: 'sub' });
  return { begin: (pending) => made().begin(pending), finish: (query, pending) => made().finish(query, pending) };
}

beforeAll(async () => {
  browser = await chromium.launch({ executablePath, headless: true, args: ['--no-sandbox', '--disable-sync', '--disable-gpu'] });
  mkdirSync(pictures, { recursive: true });
  provider = await TestProvider.open();
  doorway = await portalDoor({ accounts: accountsAt });
  await annVisits(doorway);
});
afterAll(async () => {
  await browser.close();
  await doorway.close();
  await provider.close();
});

test('by an account: two clicks here, and whatever the provider asks there', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en-GB', viewport: { width: 640, height: 480 } });
  const page = await context.newPage();
  await page.goto(`${doorway.url}/me`);
  expect(await page.textContent('h1')).toBe(words.endedTitle);
  await page.screenshot({ path: join(pictures, 'account-offered.png') });
  await page.click(`a:text-is("${words.account}")`);
  expect(new URL(page.url()).pathname).toBe('/me/account/return');
  expect(await page.textContent('main')).toContain(words.accountLead);
  await page.screenshot({ path: join(pictures, 'account-returned.png') });
  await page.click('main button');
  await page.waitForSelector('#purposes');
  expect(unmarked((await page.textContent('main')) ?? '')).toContain(words.as('ann'));
  const cookies = await context.cookies();
  expect(cookies.map(({ name, httpOnly, sameSite, path }) => ({ name, httpOnly, sameSite, path }))).toEqual([
    { name: 'ethogram_me', httpOnly: true, sameSite: 'Strict', path: '/me' },
  ]);
  await context.close();
});

test('somebody whom the provider does not vouch for is told why, and may try again', async () => {
  provider.claims = { sub: '' };
  const context = await browser.newContext({ javaScriptEnabled: false, locale: 'de-DE', viewport: { width: 640, height: 480 } });
  const page = await context.newPage();
  await page.goto(`${doorway.url}/me`);
  await page.click(`a:text-is("${portalLanguages.de.account}")`);
  expect(await page.textContent('main')).toContain(portalLanguages.de.accountRefusals.account_unknown);
  await page.screenshot({ path: join(pictures, 'account-refused.png') });
  provider.claims = { sub: 'ann' };
  await page.click(`a:text-is("${portalLanguages.de.account}")`);
  await page.click('main button');
  await page.waitForSelector('#purposes');
  await context.close();
});
