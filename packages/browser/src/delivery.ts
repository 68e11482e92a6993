// Sends what the queue holds, one tab at a time. An entry leaves the queue only when the server has answered for it, so neither a lost
// answer nor a page that is left loses one; what is sent twice, the server knows by its messageId.
// Invariant: answers 2xx and 4xx settle an entry (4xx, but 429, is final); 429, 5xx and no answer at all mean later. Events wait while a
// choice does, so that none overtakes the choice that allows or forbids it.
import { backOffMs } from './back-off.js';
import type { Queue } from './queue.js';

export const gatherMs = 1_000;
export const answerMsMax = 10_000;

/** Asks a path below /v1/; by POST when there is a body. `keepalive`: outlives the page. */
export type Request = (path: string, body?: string, keepalive?: boolean) => Promise<Response>;

/** No content type but text/plain and no header of ours, so that no preflight delays it; no cookies. */
export function requestTo(url: string, writeKey: string): Request {
  return (path, body, keepalive = false) =>
    fetch(`${url}/v1/${path}?writeKey=${writeKey}`, {
      ...(body ? { method: 'POST', body } : {}),
      credentials: 'omit',
      keepalive,
      signal: AbortSignal.timeout(answerMsMax),
    });
}

export interface Dropped {
  /** A code of the server (docs/errors.md), or `queue_full`. */
  readonly code: string;
  readonly messageId?: string | null;
  readonly field?: string | null;
}

export interface DeliveryParts {
  readonly queue: Queue;
  readonly request: Request;
  /** The time to give for an event that was captured at a time, ms. */
  readonly dated: (atMs: number) => number;
  /** A choice was answered for; it took so long. */
  readonly onChoice: (lagMs: number) => void;
  readonly onDrop: (dropped: Dropped) => void;
}

export interface Delivery {
  /** Sends soon, with what comes in between. */
  readonly soon: () => void;
  /** Sends now; resolves when nothing waits, or the rest must wait. */
  readonly flush: () => Promise<void>;
  /** The page is being left, or may be: sends the head of the queue in a request that outlives it. */
  readonly leave: () => void;
}

interface Answer {
  readonly rejected?: readonly Dropped[];
  readonly error?: Dropped;
}

export function deliver({ queue, request, dated, onChoice, onDrop }: DeliveryParts): Delivery {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sending: Promise<unknown> | null = null;
  let failures = 0;

  const later = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(flush, ms);
  };

  /** Sends the head of the queue. Resolves with whether the next may go. */
  const send = async (keepalive: boolean): Promise<boolean> => {
    const head = queue.head(dated);
    if (!head) return false;
    const { keys, texts, isChoice } = head;
    const sentMs = Date.now();
    let retryAfter: string | null = null;
    try {
      const sentAt = `,"sentAt":"${new Date(sentMs).toISOString()}"}`;
      const body = (isChoice ? texts.join().slice(0, -1) : `{"batch":[${texts.join()}]`) + sentAt;
      const response = await request(isChoice ? 'consents' : 'batch', body, keepalive);
      if (response.status < 500 && response.status !== 429) {
        // Before anything is taken out: what is no JSON comes from something between us and the server.
        const { rejected, error } = (await response.json()) as Answer; // what the server documents
        queue.remove(keys);
        failures = 0;
        if (isChoice) onChoice(Date.now() - sentMs);
        // One that came twice was kept the first time.
        for (const each of rejected ?? []) if (each.code !== 'duplicate') onDrop(each);
        if (error) onDrop(error);
        return true;
      }
      retryAfter = response.headers.get('Retry-After');
    } catch {
      // No answer: offline, or the server is down.
    }
    later(backOffMs(failures++, retryAfter, Math.random(), Date.now()));
    return false;
  };

  const sendAll = async (): Promise<void> => {
    while (await send(false));
    sending = null;
  };

  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    // Where there are no locks, two tabs may send the same entry: the server keeps one.
    await (sending ??= navigator.locks ? navigator.locks.request('ethogram', sendAll).catch(sendAll) : sendAll());
  };

  return {
    soon: () => timer ?? later(gatherMs),
    flush,
    leave: () => void send(true),
  };
}
