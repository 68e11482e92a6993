// The two hot routes on plain node:http: POST /v1/batch and POST /v1/decide/:point. Beyond reading, parsing and walking the body once, a
// request costs one call of the engine and one write of the answer.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { fail, type Result } from '../base/result.js';
import type { Rejection } from '../collect/sequencer.js';
import type { Clock } from '../ports/clock.js';
import type { Engine } from '../runtime/engine.js';
import type { WriteAnswer } from '../runtime/writer.js';
import { decideAnswer } from './decide-answer.js';
import { parseDecide } from './decide-body.js';
import { isId } from './id.js';
import { isObject, parseJson } from './json-body.js';
import { readBody } from './body-reader.js';
import { carriesObjection, objectionOver } from './objection-signal.js';
import { codeOf, cutOff, sendJson, sendRefusal } from './reply.js';
import { parseSegmentBatch, type SegmentBatch } from './segment-batch.js';

export class HotRoutes {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  readonly #addObjection: ReturnType<typeof objectionOver>;

  constructor(engine: Engine, clock: Clock, onError: (error: unknown) => void) {
    this.#engine = engine;
    this.#clock = clock;
    this.#onError = onError;
    this.#addObjection = objectionOver(engine);
  }

  batch(request: IncomingMessage, response: ServerResponse): void {
    readBody(request, limits.bodyBytesMax, (body) => {
      if (body === null) return cutOff(request, response, this.#clock);
      const batch = this.#parse(request, body);
      if (!batch.ok) return sendRefusal(response, batch);
      this.#engine.accept(batch.value.events).then(
        (done) => (done.ok ? sendJson(response, 200, batchText(batch.value, done.value)) : sendRefusal(response, done)),
        (error: unknown) => this.#broken(response, error),
      );
    });
  }

  decide(request: IncomingMessage, response: ServerResponse, point: string): void {
    readBody(request, limits.bodyBytesMax, (body) => {
      if (body === null) return cutOff(request, response, this.#clock);
      try {
        const text = this.#decided(request, body, point);
        return text.ok ? sendJson(response, 200, text.value) : sendRefusal(response, text);
      } catch (error) {
        return this.#broken(response, error);
      }
    });
  }

  #parse(request: IncomingMessage, body: Buffer): Result<SegmentBatch> {
    const value = parseJson(body);
    if (!value.ok) return value;
    return parseSegmentBatch(value.value, this.#clock.now(), carriesObjection(request.headers) ? this.#addObjection : null);
  }

  #decided(request: IncomingMessage, body: Buffer, point: string): Result<string> {
    const value = body.length === 0 ? { ok: true as const, value: {} } : parseJson(body);
    if (!value.ok) return value;
    const asked = parseDecide(point, value.value, carriesObjection(request.headers));
    if (!asked.ok) return asked;
    const draft = this.#engine.prepareRank(asked.value);
    if (!draft.ok) return fail(draft.code);
    const record = this.#engine.emitRank(draft.value);
    if (!record.ok) return record;
    return { ok: true, value: JSON.stringify(decideAnswer(record.value, this.#engine)) };
  }

  #broken(response: ServerResponse, error: unknown): void {
    const code = codeOf(error);
    if (code === 'internal') this.#onError(error);
    sendRefusal(response, { code });
  }
}

const oneAccepted = '{"success":true,"accepted":1,"rejected":[]}';

function batchText(batch: SegmentBatch, done: WriteAnswer): string {
  if (done.rejections.length === 0 && batch.rejections.length === 0) {
    return done.accepted === 1 ? oneAccepted : `{"success":true,"accepted":${done.accepted},"rejected":[]}`;
  }
  const { indices } = batch;
  const later = indices === null ? done.rejections : done.rejections.map((each) => ({ ...each, index: indices[each.index] ?? each.index }));
  const all = [...batch.rejections, ...later].sort((a, b) => a.index - b.index);
  return JSON.stringify({ success: true, accepted: done.accepted, rejected: all.map((each) => rejected(batch.given[each.index], each)) });
}

/** messageId is the sender's own handle of the event: the one thing of it that an answer repeats. */
function rejected(given: unknown, { index, code, field }: Rejection): object {
  const messageId = isObject(given) && isId(given['messageId']) ? given['messageId'] : null;
  return { index, messageId, code, field: field === undefined || field === '' ? null : field, hint: errors[code].hint };
}
