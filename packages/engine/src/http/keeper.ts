// Who may come in. A server without keys is for this machine alone: it checks the Host header, so that no name on the net can be pointed at
// us (DNS rebinding), and refuses pages of other origins. A server with keys asks every route's kind of key, and holds each key to its
// rate. Hot: a caller seen before costs one Map lookup.
import { satisfies, type KeyNeed } from '../access/key-kind.js';
import { isLive, type KeyRing } from '../access/key-ring.js';
import type { Key } from '../access/key-store.js';
import { TokenBucket } from '../access/token-bucket.js';
import { limits } from '../base/limits.js';
import { fail, ok, type Failure, type Result } from '../base/result.js';
import type { Clock } from '../ports/clock.js';
import type { IncomingHttpHeaders } from 'node:http';
import { credentialHeader, keyInHeader } from './credentials.js';
import { isLocalName, isLocalOrigin } from './local-name.js';

export interface KeeperOptions {
  readonly clock: Clock;
  /** Absent: a server without keys. */
  readonly keys?: KeyRing;
  /** Origins whose pages may call the routes of browsers: `*`, or each as `https://shop.example`. */
  readonly allowOrigins?: readonly string[];
}

/** A caller with a key. */
export interface Caller {
  readonly key: Key;
  readonly bucket: TokenBucket;
}

const nobody: Result<null> = ok(null);

export class Keeper {
  readonly #clock: Clock;
  readonly #keys: KeyRing | undefined;
  readonly #origins: ReadonlySet<string> | null;
  /** Headers and key texts already seen -> callers; emptied when the keys change or it is full. */
  #seen = new Map<string, Caller>();
  /** Buckets outlive the map above: a key does not get a fresh one by a new header. */
  readonly #buckets = new Map<string, TokenBucket>();
  #version = 0;

  constructor({ clock, keys, allowOrigins }: KeeperOptions) {
    this.#clock = clock;
    this.#keys = keys;
    this.#origins = allowOrigins === undefined ? null : new Set(allowOrigins);
  }

  /** No key is asked of anybody. */
  get isOpen(): boolean {
    return this.#keys?.required !== true;
  }

  /** Checks what can be told of the headers alone, whatever the route: host and origin of a server without keys. */
  checkOrigin(headers: IncomingHttpHeaders): Failure | null {
    if (!this.isOpen) return null;
    if (!isLocalName(headers.host ?? '')) return fail('host_not_allowed');
    const { origin } = headers;
    if (origin === undefined || this.allowedOrigin(origin) !== null || this.#isOwn(origin, headers.host)) return null;
    return fail('origin_not_allowed');
  }

  /** Do answers depend on the origin of the page, also where there is none? So caches have to be told (RFC 9110, 12.5.5). */
  get listsOrigins(): boolean {
    return this.#origins !== null && !this.#origins.has('*');
  }

  /** What Access-Control-Allow-Origin says to that origin; null: nothing. */
  allowedOrigin(origin: string): string | null {
    const allowed = this.#origins;
    if (allowed?.has('*') === true || (allowed === null && !this.isOpen)) return '*';
    return allowed?.has(origin) === true || (allowed === null && isLocalOrigin(origin)) ? origin : null;
  }

  /**
   * The caller by the key in the headers: null when none is asked for. Fails with key_missing (also when a key may still come by the body),
   * key_unknown, key_kind, rate_limited.
   */
  admit(headers: IncomingHttpHeaders, need: KeyNeed): Result<Caller | null> {
    if (need === 'none' || this.isOpen) return nobody;
    const header = credentialHeader(headers);
    if (header === undefined) return fail('key_missing');
    const caller = this.#find(header, keyInHeader);
    return this.#pass(caller, need);
  }

  /** The caller by a key that came another way. */
  admitKey(text: unknown, need: KeyNeed): Result<Caller | null> {
    if (need === 'none' || this.isOpen) return nobody;
    if (typeof text !== 'string' || text === '') return fail('key_missing');
    return this.#pass(
      this.#find(text, (same) => same),
      need,
    );
  }

  #pass(caller: Caller | undefined, need: KeyNeed): Result<Caller | null> {
    if (caller === undefined) return fail('key_unknown');
    if (!satisfies(caller.key.kind, need)) return fail('key_kind');
    if (!caller.bucket.take(this.#clock.elapsedMs())) return fail('rate_limited');
    return ok(caller);
  }

  #find(given: string, textOf: (given: string) => string): Caller | undefined {
    const keys = this.#keys;
    if (keys === undefined) return undefined;
    if (keys.version !== this.#version) {
      this.#seen = new Map();
      this.#version = keys.version;
    }
    const seen = this.#seen.get(given);
    if (seen !== undefined) return isLive(seen.key, this.#clock.now()) ? seen : undefined;
    if (given.length > limits.headerBytesMax) return undefined;
    const key = keys.find(textOf(given));
    if (key === undefined) return undefined; // not remembered: who guesses must not push out who knows
    const caller = { key, bucket: this.#bucketOf(key) };
    if (this.#seen.size >= limits.keyHeadersRemembered) this.#seen = new Map();
    this.#seen.set(given, caller);
    return caller;
  }

  #bucketOf(key: Key): TokenBucket {
    const rate = key.requestsPerSecond ?? limits.keyRequestsPerSecond;
    const held = this.#buckets.get(key.id);
    if (held !== undefined && held.perSecond === rate) return held;
    const bucket = new TokenBucket(rate, this.#clock.elapsedMs());
    if (this.#buckets.size >= 2 * limits.keysMax) this.#buckets.clear();
    this.#buckets.set(key.id, bucket);
    return bucket;
  }

  /** A page of this very server. */
  #isOwn(origin: string, host: string | undefined): boolean {
    return origin === `http://${host ?? ''}`;
  }
}
