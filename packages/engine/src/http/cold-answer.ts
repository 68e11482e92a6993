// Answers of the routes that are not hot, as the Fetch standard's Response, and the one error shape that all routes share.
import type { Result } from '../base/result.js';
import { errorHeaders, ours, type ErrorForm, type Refusal } from './reply.js';

/** What an answer is about is a person's, unless a route knows better: no cache keeps it. */
const jsonHead = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' } as const;

export type Headers = { readonly [name: string]: string };

export function json(status: number, text: string, headers: Headers = {}): Response {
  return new Response(text, { status, headers: { ...jsonHead, ...headers } });
}

/** 200 with the value as JSON, or the coded error. */
export function answer(result: Result<unknown>, headers: Headers = {}): Response {
  return result.ok ? json(200, JSON.stringify(result.value), headers) : refuse(result, headers);
}

export function refuse(refusal: Refusal, headers: Headers = {}, form: ErrorForm = ours): Response {
  const { status, text } = form(refusal);
  return json(status, text, { ...errorHeaders(refusal.code), ...headers });
}
