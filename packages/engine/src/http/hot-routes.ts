// The other hot route on plain node:http: POST /v1/decide/:point. Beyond reading, parsing and walking the body once, a request costs one
// call of the engine and one write of the answer. What events take makes it wait, and does not refuse it. Decisions take turns (turns.ts),
// too: when many are asked for at once, events go on, whose answers take several turns each, and new callers get in. When more are asked
// for than can be made, those who would wait too long are told so, instead of all being answered too late; and nothing is decided for
// somebody who has gone.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { codeOf } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { ok, type Result } from '../base/result.js';
import { chooseAnswer } from './choose-answer.js';
import { parseChoose } from './choose-body.js';
import { decideAnswer } from './decide-answer.js';
import { parseDecide } from './decide-body.js';
import { isObject, parseJson } from './json-body.js';
import { carriesObjection } from './objection-signal.js';
import { cutOff, sendJson, sendRefusal } from './reply.js';
import type { HotParts } from './tracking-routes.js';
import { Turns } from './turns.js';
import { unpacked } from './unpack.js';

/** A request whose body is whole. */
interface Ask {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly packed: Buffer;
  readonly point: string;
  /** Did a key in the headers, if one is needed, let it in? Else the body may hold one. */
  readonly admitted: boolean;
  readonly startedMs: number;
}

export class HotRoutes {
  readonly #parts: HotParts;
  readonly #turns: Turns;

  constructor(parts: HotParts) {
    this.#parts = parts;
    this.#turns = new Turns(parts.clock, limits.decideTurnMs, 0);
  }

  decide(request: IncomingMessage, response: ServerResponse, point: string): void {
    const { admission, keeper, bodies, clock, metrics } = this.#parts;
    if (this.#turns.expectedMs >= limits.decideWaitMsMax) {
      metrics.refused('overloaded');
      request.resume();
      return admission.hold(() => sendRefusal(response, { code: 'overloaded' }));
    }
    const named = keeper.admit(request.headers, 'write');
    if (!named.ok && named.code !== 'key_missing') return sendRefusal(response, named);
    bodies.read(request, limits.bodyBytesMax, (body) => {
      if (!body.ok) return cutOff(request, response, clock, body);
      const ask = { request, response, packed: body.value, point, admitted: named.ok, startedMs: clock.elapsedMs() };
      return this.#turns.run(() => {
        if (request.socket.destroyed) return;
        if (this.#parts.engine.choosing.point(point) === undefined) this.#rank(ask);
        else void this.#choose(ask);
      });
    });
  }

  #rank(ask: Ask): void {
    const { response } = ask;
    try {
      const text = this.#decided(ask);
      if (!text.ok) this.#parts.metrics.refused(text.code);
      return text.ok ? sendJson(response, 200, text.value) : sendRefusal(response, text);
    } catch (error) {
      const code = codeOf(error);
      if (code === 'internal') this.#parts.onError(error);
      return sendRefusal(response, { code });
    }
  }

  /** A choice waits for its sync. */
  async #choose({ request, response, packed, point, admitted, startedMs }: Ask): Promise<void> {
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

  #decided({ request, packed, point, admitted, startedMs }: Ask): Result<string> {
    const { engine, clock, metrics } = this.#parts;
    const value = this.#value(packed, admitted);
    if (!value.ok) return value;
    const asked = parseDecide(point, value.value, carriesObjection(request));
    if (!asked.ok) return asked;
    const draft = engine.prepareRank(asked.value);
    if (!draft.ok) return draft;
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
