// GET / and what belongs to it. The page, its style and its script are for anybody; the live part, the stream and the demo button ask for a
// secret key where the server has keys. Who sees what: first-screen-guard.ts.
import { limits } from '../base/limits.js';
import type { Clock } from '../ports/clock.js';
import type { Engine } from '../runtime/engine.js';
import { refuse } from './cold-answer.js';
import { isHere, isOwnForm, masked } from './first-screen-guard.js';
import { newestMoment } from './first-screen-moment.js';
import { nowHtml, sayNow, type Now } from './first-screen-now.js';
import { pageHtml } from './first-screen-page.js';
import { firstScreenScript } from './first-screen-script.js';
import { firstScreenStyle } from './first-screen-style.js';
import type { Metrics } from './metrics.js';
import type { Asked, RouteTable } from './route-table.js';
import { callerOf } from './unmasked-answer.js';

/** The synthetic world behind its button; the command line starts it. */
export interface DemoSwitch {
  readonly state: 'idle' | 'starting' | 'running';
  start(): void;
  /** Stops it and erases its people. */
  stop(): Promise<void>;
}

export interface FirstScreenParts {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Does the server ask for keys? */
  readonly hasKeys: () => boolean;
  readonly demo?: DemoSwitch | undefined;
}

const policy = [
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:",
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
].join('; ');
const safe = {
  'Content-Security-Policy': policy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
} as const;

export function addFirstScreen(table: RouteTable, parts: FirstScreenParts): void {
  const screen = new FirstScreen(parts);
  const text = (type: string, body: string): Response =>
    new Response(body, { headers: { ...safe, 'Content-Type': `${type}; charset=utf-8` } });
  table.add('GET', '/', { needs: 'none' }, async (asked) => text('text/html', await screen.page(asked)));
  table.add('GET', '/first-screen.css', { needs: 'none' }, () => text('text/css', firstScreenStyle));
  table.add('GET', '/first-screen.js', { needs: 'none' }, () => text('text/javascript', firstScreenScript));
  table.add('GET', '/first-screen/now', { needs: 'secret' }, (asked) => screen.now(asked));
  table.add('GET', '/first-screen/live', { needs: 'secret' }, (asked) => screen.live(asked));
  table.add('POST', '/first-screen/demo', { needs: 'secret' }, (asked) => screen.demo(asked));
}

/** Whoever sits at a machine without keys. */
const byScreen = callerOf(null);

class FirstScreen {
  readonly #parts: FirstScreenParts;
  #streams = 0;

  constructor(parts: FirstScreenParts) {
    this.#parts = parts;
  }

  async page(asked: Asked): Promise<string> {
    const hasKeys = this.#parts.hasKeys();
    const seen = !hasKeys && isHere(asked);
    if (seen) await this.#noteNewest();
    return pageHtml({ base: `http://${asked.headers.host ?? 'localhost'}`, hasKeys, now: seen ? this.#look(true) : null });
  }

  async now(asked: Asked): Promise<Response> {
    if (!this.#maySee(asked)) return refuse({ code: 'key_missing' });
    if (asked.key === null) await this.#noteNewest();
    return new Response(this.#news(asked), { headers: { ...safe, 'Content-Type': 'application/json' } });
  }

  /** Server-sent events: the live part whenever it has changed. */
  live(asked: Asked): Response {
    if (!this.#maySee(asked)) return refuse({ code: 'key_missing' });
    if (this.#streams >= limits.screenStreamsMax) return refuse({ code: 'overloaded' });
    this.#streams += 1;
    const { clock } = this.#parts;
    const endMs = clock.elapsedMs() + limits.screenStreamMs;
    const encoder = new TextEncoder();
    let cancel = (): void => undefined;
    let open = true;
    const close = (): void => {
      if (open) this.#streams -= 1;
      open = false;
      cancel();
    };
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        let sent = '';
        let mark = '';
        const look = (): void => {
          if (clock.elapsedMs() > endMs) {
            close();
            controller.close();
            return;
          }
          // Comparing two numbers is cheap; reading the log is done only when they moved.
          const seen = this.#mark();
          const news = seen === mark ? sent : this.#news(asked);
          if (news !== sent) controller.enqueue(encoder.encode(`data: ${news}\n\n`));
          [sent, mark] = [news, seen];
          cancel = clock.after(limits.screenLookMs, look);
        };
        controller.enqueue(encoder.encode('retry: 1000\n\n'));
        look();
      },
      cancel: close,
    });
    return new Response(body, { headers: { ...safe, 'Content-Type': 'text/event-stream' } });
  }

  async demo(asked: Asked): Promise<Response> {
    const { demo } = this.#parts;
    if (!this.#maySee(asked)) return refuse({ code: 'key_missing' });
    // The world speaks to the server as any caller, and holds no key.
    if (demo === undefined || this.#parts.hasKeys()) return refuse({ code: 'not_found' });
    if (!isOwnForm(asked.headers)) return refuse({ code: 'origin_not_allowed' });
    const wished = new URLSearchParams(asked.bytes.toString('utf8')).get('do');
    if (wished === 'stop') await demo.stop();
    else if (demo.state === 'idle') demo.start();
    return new Response(null, { status: 303, headers: { ...safe, Location: '/' } });
  }

  #maySee(asked: Asked): boolean {
    return asked.key !== null || (!this.#parts.hasKeys() && isHere(asked));
  }

  #news({ key }: Asked): string {
    const now = this.#look(key === null);
    const title = `${now.moment === null ? 'Waiting for your first event' : 'Live'} \u2013 Ethogram`;
    return JSON.stringify({ html: nowHtml(now).text, say: sayNow(now), title });
  }

  #look(inFull: boolean): Now {
    const { engine, demo } = this.#parts;
    const moment = newestMoment(engine);
    // In full only what is noted: in the stream that is a moment later.
    const owed = moment !== null && inFull && engine.unmaskings.owes(byScreen, moment.subject);
    if (owed) void this.#noteNewest();
    const subject = moment === null ? '' : inFull && !owed ? moment.subject : masked(moment.subject);
    return {
      moment,
      subject,
      ...this.#turnedAway(),
      items: engine.health().items,
      demo: demo?.state ?? 'absent',
    };
  }

  /** Whoever sits at this machine sees who it was; that they did is noted first. What cannot be noted stays masked. */
  async #noteNewest(): Promise<void> {
    const { engine } = this.#parts;
    const moment = newestMoment(engine);
    if (moment !== null) await engine.unmaskings.note(byScreen, [moment.subject]).catch(() => undefined);
  }

  #turnedAway(): Pick<Now, 'withoutGrant' | 'twice'> {
    const { metrics } = this.#parts;
    const withoutGrant = metrics.rejectedBy('no_grant') + metrics.rejectedBy('captured_before_grant');
    return { withoutGrant, twice: metrics.rejectedBy('duplicate') };
  }

  /** Changes when what the screen shows may have changed. */
  #mark(): string {
    const { engine, demo } = this.#parts;
    const { withoutGrant, twice } = this.#turnedAway();
    return [engine.core.fold.position, engine.log.redactions, withoutGrant, twice, demo?.state].join(' ');
  }
}
