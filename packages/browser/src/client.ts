// The browser SDK. Until the person grants a purpose nothing is stored and nothing is sent about them; when they take the last grant back,
// id and waiting events go, and the server is told. A choice itself is kept, without an id, so that nobody is asked twice.
//
//   const ethogram = connect({ url: 'https://ethogram.shop.example', writeKey: 'eth_w_...' });
//   if (ethogram.mustAsk()) void import('@ethogram/browser/panel').then(({ openPanel }) => openPanel(ethogram));
import { remembering, type DecideRequest, type Decision } from './decisions.js';
import { deliver, requestTo, type Dropped } from './delivery.js';
import { describePage, watchPages } from './pages.js';
import { heardKey, keepPerson, personIn, randomId, type Person } from './person.js';
import type { Choices, Purpose } from './purpose.js';
import { entryQueue } from './queue.js';
import { whenSeen } from './seen.js';
import { objects, withSignal } from './signal.js';
import { browserStore } from './store.js';

export type { DecidedItem, DecideRequest, Decision } from './decisions.js';
export type { Dropped } from './delivery.js';
export type { Choices, Purpose } from './purpose.js';

export interface BrowserOptions {
  /** Of the Ethogram server, without a slash at the end. */
  readonly url: string;
  /** A write key: it stands in the page for all to read. */
  readonly writeKey?: string | undefined;
  /** Report page views by itself, also those of a single-page application; true when absent. */
  readonly pages?: boolean;
  /** The public key of this browser (`/device`), told with the choices of its own id. */
  readonly device?: () => string | undefined;
  /** Told of each event or choice that will not be delivered. */
  readonly onDrop?: (dropped: Dropped) => void;
  /** Told of what holds after each choice that changes something. */
  readonly onChoice?: (choices: Choices) => void;
}

export interface Browser {
  /** What the person chose; a purpose that is absent is refused. */
  readonly choices: () => Choices;
  /** Has nobody asked yet, and does the browser not object for the person (Global Privacy Control)? */
  readonly mustAsk: () => boolean;
  /** The person chose, all at once: a purpose that is absent is refused. `origin`: where they were asked. */
  readonly choose: (choices: Choices, origin?: string) => void;
  readonly track: (event: string, properties?: object) => void;
  readonly page: (properties?: object) => void;
  /** The person signed in. Kept in memory until something is granted. */
  readonly identify: (userId: string, traits?: object) => void;
  /** The person signed out, or another one has come: forgets choices, id and waiting events, here; withdraws nothing. */
  readonly reset: () => void;
  /** undefined: no answer came. Contextual, and without an id, until the person lets you personalise. */
  readonly decide: (point: string, request?: DecideRequest) => Promise<Decision | undefined>;
  /** Reports, once, that the person saw the item of a decision: half of the element, for a second. Returns how to stop watching. */
  readonly seen: (element: Element, decisionId: string, item: string) => () => void;
  /** The record of a decision with its reasons, for the person; undefined: no answer came. */
  readonly why: (decisionId: string) => Promise<unknown>;
  /** Sends what waits; resolves when it is gone, or has to wait longer. */
  readonly flush: () => Promise<void>;
}

type Said = { readonly [purpose: string]: boolean | undefined };

export function connect({ url, writeKey = '', pages = true, device, onDrop, onChoice }: BrowserOptions): Browser {
  const store = browserStore();
  const queue = entryQueue(store, () => onDrop?.({ code: 'queue_full' }), randomId());
  const remember = remembering<Decision>();
  const shown = new Set<string>();
  const person = (): Person => personIn(store);
  const allows = (purpose: Purpose): boolean => person().choices?.[purpose] === true;
  let login: readonly [userId: string, traits?: object] | null = null;

  const send = requestTo(url, writeKey);
  const delivery = deliver({
    queue,
    request: send,
    // The server compares when it heard of a grant with when an event came; both took their time. What followed the grant stays behind it.
    dated(ms) {
      const { at = 0 } = person();
      return ms < at ? ms : Math.max(ms, Number(store.get(heardKey)));
    },
    onChoice(lagMs) {
      const { id, at = 0 } = person();
      if (id) store.set(heardKey, `${Math.max(at + lagMs, Number(store.get(heardKey)))}`);
    },
    onDrop: (dropped) => onDrop?.(dropped),
  });

  const report = (entry: object, messageId = randomId()): void => {
    const { id, user } = person();
    if (!id) return;
    queue.pushEvent({ ...entry, messageId, anonymousId: id, userId: user, context: { library: { name: '@ethogram/browser' } } });
    delivery.soon();
  };

  /** Queues, for each id of the person, what they say now and did not say before. */
  const tell = (ids: readonly (string | undefined)[], { choices = {}, at = 0, id }: Person, before: Said, origin: string): void => {
    const now: Said = choices;
    const said: Record<string, string> = {};
    for (const purpose in { ...before, ...now }) said[purpose] = now[purpose] ? 'granted' : before[purpose] ? 'withdrawn' : 'denied';
    for (const subject of ids)
      if (subject) queue.pushChoice({ subject, choices: said, origin, device: subject === id ? device?.() : undefined }, at);
    void delivery.flush();
  };

  const ask = async <T>(path: string, body?: object): Promise<T | undefined> => {
    try {
      const response = await send(path, body && JSON.stringify(body));
      return response.ok ? ((await response.json()) as T) : undefined; // what the server documents
    } catch {
      return undefined;
    }
  };

  const self: Browser = {
    choices: () => person().choices ?? {},
    mustAsk: () => !person().at && !objects(),
    choose(choices, origin = 'page') {
      const before = person();
      if (JSON.stringify(choices) === JSON.stringify(before.choices)) return;
      const isAny = Object.values(choices).includes(true);
      // Choices go out by their times, and a clock may be set back between two: the later one is later.
      const kept: Person = { at: Math.max(Date.now(), (before.at ?? 0) + 1), choices, gpc: objects() };
      const after: Person = isAny ? { ...kept, id: before.id ?? randomId(), user: before.user } : kept;
      keepPerson(store, after);
      if (!isAny) queue.clearEvents();
      tell([before.id ?? after.id, before.user], after, before.choices ?? {}, origin);
      onChoice?.(choices);
      if (after.id && !before.id) {
        if (login) self.identify(...login);
        if (pages) self.page();
      }
    },
    track: (event, properties) => report({ type: 'track', event, properties }),
    page: (properties) => report({ type: 'page', properties: { ...describePage(), ...properties } }),
    identify(userId, traits) {
      // Another person's choices are not theirs.
      if ((person().user ?? userId) !== userId) self.reset();
      login = traits ? [userId, traits] : [userId];
      const before = person();
      if (!before.id) return;
      if (!before.user) {
        keepPerson(store, { ...before, user: userId });
        tell([userId], before, {}, 'identify');
      }
      report({ type: 'identify', traits });
    },
    reset() {
      login = null;
      keepPerson(store, null);
      queue.clearEvents();
      onChoice?.({});
    },
    decide(point, request = {}) {
      const { id, user, at } = person();
      const whom = allows('personalise') ? { anonymousId: id, userId: user } : {};
      const body = { ...request, ...whom };
      const path = `decide/${encodeURIComponent(point)}`;
      return remember(JSON.stringify([path, body, at]), () => ask(path, { ...body, writeKey }));
    },
    seen: (element, decisionId, item) =>
      whenSeen(element, () => {
        const name = `${decisionId}.${item}`;
        if (!allows('personalise') || shown.has(name)) return;
        shown.add(name);
        // By its name the server knows it when another page shows it, too; one that is longer than a messageId may be would be refused.
        report({ type: 'track', event: 'exposure', properties: { decisionId, item } }, name[256] ? randomId() : name);
      }),
    why: (decisionId) => ask(`decisions/${encodeURIComponent(decisionId)}`),
    flush: delivery.flush,
  };

  // A signal outweighs what was granted before it came.
  if (objects() && person().id && !person().gpc) self.choose(withSignal(self.choices()), 'gpc');
  if (pages) {
    watchPages(() => self.page());
    self.page();
  }
  // The last event that a page is sure to see, whether it is left, hidden or closed.
  document.addEventListener('visibilitychange', () => document.hidden && delivery.leave());
  addEventListener('online', () => void delivery.flush());
  delivery.soon();
  return self;
}
