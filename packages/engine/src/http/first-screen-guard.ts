// Who may see what the first screen shows: one person's event and profile.
//  - A server without keys answers only this machine (http/keeper.ts checks Host and Origin, the door listens on loopback), and there the
//    developer sees everything. But a proxy on the same machine makes every stranger look local, so a request that says that it was
//    forwarded sees the locked page.
//  - A server with keys shows the page without data; the data asks for a secret key, and masks ids: a key is shared more easily than
//    a seat.
import type { IncomingHttpHeaders } from 'node:http';
import { isLocalName, isLoopback } from './local-name.js';

const forwarding = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'] as const;

/** Did the request come from this machine, by itself? */
export function isHere({ headers, remoteAddress }: { readonly headers: IncomingHttpHeaders; readonly remoteAddress?: string }): boolean {
  if (forwarding.some((name) => headers[name] !== undefined)) return false;
  return isLoopback((remoteAddress ?? '').replace(/^::ffff:/, '')) && isLocalName(headers.host ?? '');
}

/**
 * May this POST act? Browsers send Origin with every form of another site, and Sec-Fetch-Site besides: a page elsewhere must not press our
 * buttons. A request with neither is no browser.
 */
export function isOwnForm(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  const { origin, host } = headers;
  if (origin === undefined) return true;
  try {
    return new URL(origin).host === host;
  } catch {
    return false;
  }
}

/** An id for eyes that need not know it: its first characters. */
export function masked(id: string): string {
  const shown = Array.from(id)
    .slice(0, id.length > 4 ? 2 : 1)
    .join('');
  return `${shown}\u2026`;
}
