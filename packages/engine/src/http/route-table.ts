// The routes that are not hot: each states its method, its path, which kind of key it asks for and whether pages of other origins may call
// it, and how it answers. The door finds the route first, checks the caller, reads the body, and only then the handler runs: a handler
// never checks keys and never reads the stream.
//
//   table.add('POST', '/v1/items', { needs: 'secret' }, ({ json }) => ...)
//   table.add('GET', '/v1/decisions/:id', { needs: 'write', browser: true }, ({ param }) => ...)
//
// Segments of a path that begin with ':' are parameters; the last may be '*' for whatever follows.
import type { KeyNeed } from '../access/key-kind.js';
import type { Key } from '../access/key-store.js';
import type { Result } from '../base/result.js';
import type { IncomingHttpHeaders } from 'node:http';
import type { ErrorForm, Refusal } from './reply.js';

export interface RouteRule {
  /** The kind of key asked for, when the server has keys; `none` for pages that anybody may see. */
  readonly needs: KeyNeed;
  /** May pages of other origins call it (CORS)? Only for routes that a write key opens, and for public ones. */
  readonly browser?: boolean;
  /** The key may also come in the URL: as the parameter `writeKey` of the path or of the query. */
  readonly keyInUrl?: boolean;
  /** How the door tells its own errors here (a key, a size, a packing), where the route's protocol has a form for errors. */
  readonly errors?: (refusal: Refusal, param: Found['param']) => ReturnType<ErrorForm>;
}

/** What a handler is given. */
export interface Asked {
  /** A parameter of the path, decoded; '' when it cannot be. */
  readonly param: (name: string) => string;
  readonly query: (name: string) => string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** The header lines as they came, name and value in turn: node joins the values of lines with the same name. */
  readonly rawHeaders: readonly string[];
  /** Where the connection comes from. A Host header proves nothing about that: a door on a network hears any name. */
  readonly remoteAddress?: string;
  /** The body, unpacked, as JSON. Fails with body_not_json. */
  readonly json: () => Result<unknown>;
  /** The body, unpacked; empty when there is none. */
  readonly bytes: Buffer;
  /** The caller's key; null when the server has none, or when the route needs none. */
  readonly key: Key | null;
}

export type Handler = (asked: Asked) => Promise<Response> | Response;

export interface Route {
  readonly method: string;
  /** The path as it was added: what logs say instead of the path that was asked for. */
  readonly template: string;
  readonly rule: RouteRule;
  readonly handler: Handler;
  readonly segments: readonly string[];
}

export interface Found {
  readonly route: Route;
  readonly param: (name: string) => string;
  /** Absent: as everywhere. */
  readonly errors?: ErrorForm;
}

export class RouteTable {
  readonly #routes: Route[] = [];

  add(method: string, template: string, rule: RouteRule, handler: Handler): void {
    this.#routes.push({ method, template, rule, handler, segments: template.split('/') });
  }

  list(): readonly Route[] {
    return this.#routes;
  }

  find(method: string, path: string): Found | undefined {
    const parts = path.split('/');
    const route = this.#routes.find((each) => each.method === method && fits(each.segments, parts));
    if (route === undefined) return undefined;
    const param = (name: string): string => decoded(parts[route.segments.indexOf(`:${name}`)]);
    const { errors } = route.rule;
    return { route, param, ...(errors === undefined ? {} : { errors: (refusal) => errors(refusal, param) }) };
  }

  /** The methods that a path takes; none when there is no such path. */
  methodsOf(path: string): readonly string[] {
    const parts = path.split('/');
    const routes = this.#routes.filter((each) => fits(each.segments, parts));
    return routes.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  }

  /** May pages of other origins call anything of that path? */
  isForBrowsers(path: string): boolean {
    const parts = path.split('/');
    return this.#routes.some((each) => each.rule.browser === true && fits(each.segments, parts));
  }
}

function fits(segments: readonly string[], parts: readonly string[]): boolean {
  const open = segments.at(-1) === '*';
  if (open ? parts.length < segments.length : parts.length !== segments.length) return false;
  return segments.every((segment, at) => (segment === '*' ? true : segment.startsWith(':') ? parts[at] !== '' : segment === parts[at]));
}

function decoded(part: string | undefined): string {
  try {
    return decodeURIComponent(part ?? '');
  } catch {
    return '';
  }
}
