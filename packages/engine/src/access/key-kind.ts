// Kinds of keys, what each may do, and what a route asks for. Kinds are nested: what `write` may, `secret` may too, and `admin` may all.
//
//   write   public, stands in web pages: send events and choices, ask for decisions, read the why of a decision
//   secret  a server's: also items, profiles, rejects, metrics
//   admin   an operator's: also bases, erasure
export const keyKinds = ['write', 'secret', 'admin'] as const;

export type KeyKind = (typeof keyKinds)[number];

/** What a route asks of its caller; `none`: no key, even when the server has keys. */
export type KeyNeed = 'none' | KeyKind;

const rank: Readonly<Record<KeyNeed, number>> = { none: 0, write: 1, secret: 2, admin: 3 };

export function satisfies(kind: KeyKind, need: KeyNeed): boolean {
  return rank[kind] >= rank[need];
}

export function isKeyKind(value: unknown): value is KeyKind {
  return keyKinds.some((kind) => kind === value);
}

/** Heads of key texts: who finds one in a log or a repository sees what it is. */
export const keyPrefix: Readonly<Record<KeyKind, string>> = { write: 'eth_w_', secret: 'eth_s_', admin: 'eth_a_' };
