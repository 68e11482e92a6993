// What waits to be sent: one stored key per entry, so that tabs add and remove without overwriting one another, and a reload loses nothing.
// Invariants: choices go before events; at most `entriesMax` entries wait, and the oldest event goes first when there are more.
import type { Store } from './store.js';

export const entriesMax = 200;
/** Characters of one request's events. At most three bytes each, so that a body stays below the 64 KiB that a leaving page may send. */
export const requestCharsMax = 20_000;
export const requestEntriesMax = 50;

const choice = 'ethogram.choice.';
const event = 'ethogram.event.';

/** The entries that go out together: one choice, or a run of events, as JSON. */
export interface Head {
  readonly keys: readonly string[];
  readonly texts: readonly string[];
  readonly isChoice: boolean;
}

export interface Queue {
  readonly pushChoice: (entry: object, atMs: number) => void;
  readonly pushEvent: (entry: object) => void;
  /** null when nothing waits. `dated`: the time to give for an event that was captured at a time. */
  readonly head: (dated: (atMs: number) => number) => Head | null;
  readonly remove: (keys: readonly string[]) => void;
  /** Forgets every event; choices stay until they are delivered. */
  readonly clearEvents: () => void;
}

/** `onFull` is told of each event that went because the queue was full; `tag` tells this page's keys from those of others. */
export function entryQueue(store: Store, onFull: () => void, tag: string): Queue {
  let pushed = 1e6;
  // Kind, time of capture in ms (13 digits until the year 2286), number on this page, page: in this order they sort.
  const push = (kind: string, entry: object, atMs: number): void =>
    store.set(`${kind}${atMs}.${(pushed += 1)}.${tag}`, JSON.stringify(entry));
  const waiting = (kind: string): string[] =>
    store
      .keys()
      .filter((key) => key.startsWith(kind))
      .sort();
  const remove = (keys: readonly string[]): void => keys.forEach((key) => store.remove(key));
  return {
    pushChoice: (entry, atMs) => push(choice, entry, atMs),
    pushEvent(entry) {
      push(event, entry, Date.now());
      const [oldest, ...rest] = waiting(event);
      if (oldest && rest.length >= entriesMax) {
        store.remove(oldest);
        onFull();
      }
    },
    head(dated) {
      const choices = waiting(choice);
      const isChoice = choices.length > 0;
      const keys: string[] = [];
      const texts: string[] = [];
      let chars = 0;
      for (const key of isChoice ? choices.slice(0, 1) : waiting(event).slice(0, requestEntriesMax)) {
        const text = store.get(key) ?? '{}';
        chars += text.length;
        if (keys.length && chars > requestCharsMax) break;
        const atMs = Number(key.split('.')[2]);
        keys.push(key);
        texts.push(`${text.slice(0, -1)},"timestamp":"${new Date(isChoice ? atMs : dated(atMs)).toISOString()}"}`);
      }
      return keys.length ? { keys, texts, isChoice } : null;
    },
    remove,
    clearEvents: () => remove(waiting(event)),
  };
}
