// The other hot route on plain node:http: POST /v1/decide/:point. Beyond reading, parsing and walking the body once, a request costs one
// call of the engine and one write of the answer. Load of events never refuses it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';
import { chooseAnswer } from './choose-answer.js';
import { parseChoose } from './choose-body.js';
import { decideAnswer } from './decide-answer.js';
import { parseDecide } from './decide-body.js';
import { isObject, parseJson } from './json-body.js';
import { carriesObjection } from './objection-signal.js';
import { codeOf, cutOff, sendJson, sendRefusal } from './reply.js';
import type { HotParts } from './tracking-routes.js';
import { unpacked } from './unpack.js';

export class HotRoutes {
  readonly #parts: HotParts;

  constructor(parts: HotParts) {
    this.#parts = parts;
  }

  decide(request: IncomingMessage, response: ServerResponse, point: string): void {
    const { keeper, bodies, clock, metrics } = this.#parts;
    const named = keeper.admit(request.headers, 'write');
    if (!named.ok && named.code !== 'key_missing') return sendRefusal(response, named);
    bodies.read(request, limits.bodyBytesMax, (body) => {
      if (!body.ok) return cutOff(request, response, clock, body);
      const startedMs = clock.elapsedMs();
      if (this.#parts.engine.choosing.point(point) !== undefined) {
        void this.#choose(request, response, body.value, point, named.ok, startedMs);
        return;
      }
      try {
        const text = this.#decided(request, body.value, point, named.ok, startedMs);
        if (!text.ok) metrics.refused(text.code);
        return text.ok ? sendJson(response, 200, text.value) : sendRefusal(response, text);
      } catch (error) {
        const code = codeOf(error);
        if (code === 'internal') this.#parts.onError(error);
        return sendRefusal(response, { code });
      }
    });
  }

  /** A choice waits for its sync. */
  async #choose(
    request: IncomingMessage,
    response: ServerResponse,
    packed: Buffer,
    point: string,
    admitted: boolean,
    startedMs: number,
  ): Promise<void> {
    const { engine, clock, metrics } = this.#parts;
    try {
      const value = this.#value(packed, admitted);
      const asked = value.ok ? parseChoose(point, value.value, carriesObjection(request)) : value;
      const record = asked.ok ? await engine.chooseAction(asked.value) : asked;
      if (!record.ok) {
        metrics.refused(record.code);
        return sendRefusal(response, record);
      }
      metrics.decided(clock.elapsedMs() - startedMs, record.value.mode);
      return sendJson(response, 200, JSON.stringify(chooseAnswer(record.value)));
    } catch (error) {
      const code = codeOf(error);
      if (code === 'internal') this.#parts.onError(error);
      return sendRefusal(response, { code });
    }
  }

  #decided(request: IncomingMessage, packed: Buffer, point: string, admitted: boolean, startedMs: number): Result<string> {
    const { engine, clock, metrics } = this.#parts;
    const value = this.#value(packed, admitted);
    if (!value.ok) return value;
    const asked = parseDecide(point, value.value, carriesObjection(request));
    if (!asked.ok) return asked;
    const draft = engine.prepareRank(asked.value);
    if (!draft.ok) return fail(draft.code);
    const record = engine.emitRank(draft.value);
    if (!record.ok) return record;
    const text = JSON.stringify(decideAnswer(record.value, engine));
    metrics.decided(clock.elapsedMs() - startedMs, record.value.mode);
    return ok(text);
  }

  /** The body as JSON, of somebody who may ask. */
  #value(packed: Buffer, admitted: boolean): Result<unknown> {
    const body = unpacked(packed);
    if (!body.ok) return body;
    const value = body.value.length === 0 ? ok({}) : parseJson(body.value);
    if (!value.ok || admitted) return value;
    const caller = this.#parts.keeper.admitKey(isObject(value.value) ? value.value['writeKey'] : undefined, 'write');
    return caller.ok ? value : caller;
  }
}
