// The identity provider by which people come into the portal, as the environment says (docs/portal.md). None of it is an option: a command
// line is for all to read. Invariant: what is wrong is named by the name of the variable, never by its value.
import { readFileSync } from 'node:fs';
import { isOnThisMachine, OpenId, type OpenIdSettings } from '../adapters/open-id.js';
import type { Accounts } from '../ports/accounts.js';
import { UsageError } from './arguments.js';

export type Environment = Readonly<Record<string, string | undefined>>;

const names = {
  issuer: 'ETHOGRAM_OIDC_ISSUER',
  clientId: 'ETHOGRAM_OIDC_CLIENT_ID',
  secret: 'ETHOGRAM_OIDC_CLIENT_SECRET',
  secretFile: 'ETHOGRAM_OIDC_CLIENT_SECRET_FILE',
  claim: 'ETHOGRAM_OIDC_CLAIM',
  origin: 'ETHOGRAM_PORTAL_ORIGIN',
} as const;

/** Undefined: none is named. Throws UsageError for settings that are not whole or not as they should be. */
export function accountSettings(environment: Environment): OpenIdSettings | undefined {
  const read = (name: string): string | undefined => (environment[name] ?? '') || undefined;
  const [issuer, clientId, origin] = [read(names.issuer), read(names.clientId), read(names.origin)];
  if (issuer === undefined) return undefined;
  if (clientId === undefined) throw new UsageError(`${names.clientId} is missing: the id of this client at the provider`);
  if (origin === undefined) throw new UsageError(`${names.origin} is missing: where people see /me, as https://shop.example`);
  const { href: address } = originOf(origin);
  return {
    issuer: issuerOf(issuer),
    clientId,
    clientSecret: secretOf(read(names.secret), read(names.secretFile)),
    redirectUri: new URL('/me/account/return', address).href,
    claim: read(names.claim) ?? 'sub',
  };
}

export function accountsOf(environment: Environment): Accounts | undefined {
  const settings = accountSettings(environment);
  return settings === undefined ? undefined : new OpenId(settings);
}

function issuerOf(text: string): URL {
  const url = urlOf(text, names.issuer);
  const plain = url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  if (!plain || (url.protocol !== 'https:' && !isOnThisMachine(url)))
    throw new UsageError(`${names.issuer} has to be an https URL without query and user (http only on this very machine)`);
  return url;
}

function originOf(text: string): URL {
  const url = urlOf(text, names.origin);
  if (url.href !== `${url.origin}/` || (url.protocol !== 'https:' && !isOnThisMachine(url)))
    throw new UsageError(`${names.origin} has to be an https origin without a path (http only on this very machine)`);
  return url;
}

function urlOf(text: string, name: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new UsageError(`${name} is no URL`);
  }
}

function secretOf(text: string | undefined, file: string | undefined): string | undefined {
  if (file === undefined) return text;
  if (text !== undefined) throw new UsageError(`either ${names.secret} or ${names.secretFile}, not both`);
  try {
    const read = readFileSync(file, 'utf8').trim();
    if (read !== '') return read;
  } catch {
    // said below, without the path
  }
  throw new UsageError(`${names.secretFile} names a file that cannot be read, or is empty`);
}
