// Answers on the raw response: JSON and coded errors. An error carries its code, sentence, hint and place, never a value of the input.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CodedError, errors, type ErrorCode } from '../base/errors.js';
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

/** Headers that an error asks for: those that say when to come again. */
export function errorHeaders(code: ErrorCode): { readonly [name: string]: string } {
  return code === 'overloaded' ? { 'Retry-After': '1' } : {};
}

export function codeOf(error: unknown): ErrorCode {
  return error instanceof CodedError ? error.code : 'internal';
}

export function sendJson(response: ServerResponse, status: number, text: string, headers: { readonly [name: string]: string } = {}): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text), ...headers });
  response.end(text);
}

export function sendRefusal(response: ServerResponse, refusal: Refusal, headers: { readonly [name: string]: string } = {}): void {
  sendJson(response, errors[refusal.code].status, errorText(refusal), { ...errorHeaders(refusal.code), ...headers });
}

/**
 * Refuses a body in the middle of its stream. The connection is closed, but not before the sender had limits.bodyLingerMs to read the
 * answer: closing with unread bytes in the buffer would reset the connection and lose it. What still comes is thrown away unread.
 */
export function cutOff(request: IncomingMessage, response: ServerResponse, clock: Clock): void {
  const text = errorText({ code: 'body_too_large' });
  response.writeHead(errors.body_too_large.status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    Connection: 'close',
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
