// CORS: which pages of other origins may read the answers of the routes that browsers use. Never with credentials: cookies mean nothing
// here, and a key in a page is a write key.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { limits } from '../base/limits.js';
import type { Keeper } from './keeper.js';

/** Names the origin in the answer, if there is one and it may read; whatever the answer will be. */
export function allowPage(keeper: Keeper, origin: string | undefined, response: ServerResponse): void {
  if (keeper.listsOrigins) response.setHeader('Vary', 'Origin');
  if (origin === undefined) return;
  const allowed = keeper.allowedOrigin(origin);
  if (allowed === null) return;
  response.setHeader('Access-Control-Allow-Origin', allowed);
  response.setHeader('Access-Control-Expose-Headers', 'Retry-After, ETag');
  if (allowed !== '*') response.setHeader('Vary', 'Origin');
}

const plainHeaders = /^[A-Za-z0-9_, -]{1,512}$/;

/** Answers a preflight. The headers asked for are granted as they are: none of them carries authority but the key itself. */
export function answerPreflight(keeper: Keeper, request: IncomingMessage, response: ServerResponse): void {
  const { origin } = request.headers;
  allowPage(keeper, origin, response);
  const asked = request.headers['access-control-request-headers'];
  response.writeHead(204, {
    'Access-Control-Allow-Methods': 'GET, POST',
    'Access-Control-Allow-Headers':
      typeof asked === 'string' && plainHeaders.test(asked) ? asked : 'Authorization, Content-Type, X-API-Key, If-None-Match',
    'Access-Control-Max-Age': limits.preflightSeconds,
  });
  response.end();
}
