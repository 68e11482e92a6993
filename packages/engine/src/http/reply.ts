// Answers on the raw response: JSON and coded errors. An error carries its code, sentence, hint and place, never a value of the input.
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import { errors, statusOf, type ErrorCode } from '../base/errors.js';
import { limits } from '../base/limits.js';
import type { Clock } from '../ports/clock.js';

/** What an error answer is made of; a Failure is one. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly field?: string;
}

export function errorText({ code, field }: Refusal): string {
  const { sentence, hint } = errors[code];
  return JSON.stringify({ error: { code, sentence, hint, ...(field === undefined || field === '' ? {} : { field }) } });
}

/** How an error is told as a whole answer: status and JSON. */
export type ErrorForm = (refusal: Refusal) => { readonly status: number; readonly text: string };
export const ours: ErrorForm = (refusal) => ({ status: statusOf(refusal.code), text: errorText(refusal) });

let turn = 0;
const none = {};

/** Headers that an error asks for: when to come again, and how to show who one is. */
export function errorHeaders(code: ErrorCode): { readonly [name: string]: string } {
  const status = statusOf(code);
  if (status === 401) return { 'WWW-Authenticate': 'Bearer realm="ethogram"' };
  if (status !== 503 && status !== 429) return none;
  // In turn, so that those who were refused together do not come back together.
  turn = (turn % limits.retryAfterSecondsMax) + 1;
  return { 'Retry-After': turn.toString() };
}

/** No cache keeps an answer about a person. */
export function sendJson(response: ServerResponse, status: number, text: string, headers: { readonly [name: string]: string } = {}): void {
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    ...headers,
  });
  // Head and text leave as one string. `end(text)` would put an empty piece behind them, and two pieces cost the socket more than one.
  const { socket } = response;
  socket?.cork();
  response.write(text);
  socket?.uncork();
  response.end();
}

export function sendRefusal(
  response: ServerResponse,
  refusal: Refusal,
  headers: { readonly [name: string]: string } = {},
  form: ErrorForm = ours,
): void {
  const { status, text } = form(refusal);
  sendJson(response, status, text, { ...errorHeaders(refusal.code), ...headers });
}

/**
 * Refuses a body in the middle of its stream. The connection is closed, but not before the sender had limits.bodyLingerMs to read the
 * answer: closing with unread bytes in the buffer would reset the connection and lose it. What still comes is thrown away unread.
 */
export function cutOff(request: IncomingMessage, response: ServerResponse, clock: Clock, refusal: Refusal, form: ErrorForm = ours): void {
  const { status, text } = form(refusal);
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    Connection: 'close',
    ...errorHeaders(refusal.code),
  });
  response.write(text);
  const cancel = clock.after(limits.bodyLingerMs, () => {
    response.end();
    request.destroy();
  });
  request.on('end', () => {
    cancel();
    response.end();
  });
  request.on('close', cancel);
  request.resume();
}

/** A whole answer as it goes over the wire, for a socket on which no request could be read. */
export function rawRefusal(refusal: Refusal): string {
  const status = statusOf(refusal.code);
  const text = errorText(refusal);
  const more = Object.entries(errorHeaders(refusal.code)).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: application/json\r\n`;
  return `${head}Content-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n${more.join('')}\r\n${text}`;
}
