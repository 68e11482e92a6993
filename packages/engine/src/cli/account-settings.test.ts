// The identity provider as the environment names it: whole or refused, and no value in what is said.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accountSettings, accountsOf, type Environment } from './account-settings.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ethogram-accounts-'));
  writeFileSync(join(folder, 'secret'), 'from-a-file\n');
  writeFileSync(join(folder, 'empty'), '\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const whole: Environment = {
  ETHOGRAM_OIDC_ISSUER: 'https://id.example/realms/shop',
  ETHOGRAM_OIDC_CLIENT_ID: 'client-7',
  ETHOGRAM_PORTAL_ORIGIN: 'https://shop.example',
};

test('without an issuer there is none; with one, the redirect URI is that of the configured origin', () => {
  expect(accountSettings({})).toBeUndefined();
  expect(accountSettings({ ...whole, ETHOGRAM_OIDC_ISSUER: '' })).toBeUndefined();
  expect(accountsOf({})).toBeUndefined();
  expect(accountsOf(whole)).toBeDefined();
  expect(accountSettings(whole)).toEqual({
    issuer: new URL('https://id.example/realms/shop'),
    clientId: 'client-7',
    clientSecret: undefined,
    redirectUri: 'https://shop.example/me/account/return',
    claim: 'sub',
  });
  expect(accountSettings({ ...whole, ETHOGRAM_OIDC_CLAIM: 'shop_id' })?.claim).toBe('shop_id');
  expect(accountSettings({ ...whole, ETHOGRAM_OIDC_ISSUER: 'http://127.0.0.1:8080' })?.issuer.port).toBe('8080');
});

test('the secret comes by the environment or by a file, not by both', () => {
  const file = join(folder, 'secret');
  expect(accountSettings({ ...whole, ETHOGRAM_OIDC_CLIENT_SECRET: 's' })?.clientSecret).toBe('s');
  expect(accountSettings({ ...whole, ETHOGRAM_OIDC_CLIENT_SECRET_FILE: file })?.clientSecret).toBe('from-a-file');
  expect(() => accountSettings({ ...whole, ETHOGRAM_OIDC_CLIENT_SECRET: 's', ETHOGRAM_OIDC_CLIENT_SECRET_FILE: file })).toThrow('not both');
});

test.each([
  ['ETHOGRAM_OIDC_CLIENT_ID', undefined],
  ['ETHOGRAM_PORTAL_ORIGIN', undefined],
  ['ETHOGRAM_OIDC_ISSUER', 'no-url-at-all'],
  ['ETHOGRAM_OIDC_ISSUER', 'http://id.example'],
  ['ETHOGRAM_OIDC_ISSUER', 'https://user:word@id.example'],
  ['ETHOGRAM_OIDC_ISSUER', 'https://id.example?tenant=7'],
  ['ETHOGRAM_PORTAL_ORIGIN', 'https://shop.example/shop'],
  ['ETHOGRAM_PORTAL_ORIGIN', 'http://shop.example'],
  ['ETHOGRAM_PORTAL_ORIGIN', 'shop'],
  ['ETHOGRAM_OIDC_CLIENT_SECRET_FILE', '/nowhere/secret-of-the-shop'],
])('what is wrong is named, its value is not: %s', (name, value) => {
  let said = '';
  try {
    accountSettings({ ...whole, [name]: value });
  } catch (error) {
    said = String(error);
  }
  expect(said).toContain(name);
  if (value !== undefined && value.length > 6) expect(said).not.toContain(value);
});

test('an empty file holds no secret', () => {
  expect(() => accountSettings({ ...whole, ETHOGRAM_OIDC_CLIENT_SECRET_FILE: join(folder, 'empty') })).toThrow(
    'cannot be read, or is empty',
  );
});
