// Decisions asked for by a page, each kept for a while, so that a list that is drawn twice is decided once. When no answer comes, the one
// of before serves on. Kept in memory alone.
export const decisionMs = 60_000;
export const decisionsMax = 50;

export interface DecideRequest {
  /** How many items at most. */
  readonly limit?: number;
  /** Items that the page itself shows or that were viewed, oldest first: what a contextual decision rests on. */
  readonly context?: { readonly items: readonly string[] };
  readonly exclude?: readonly string[];
  readonly pins?: readonly string[];
  /** As in POST /v1/decide (docs/openapi.json). */
  readonly filter?: object;
}

export interface DecidedItem {
  readonly item: string;
  readonly title: string | null;
  readonly score: number;
  /** Its reasons, a sentence each. */
  readonly why: readonly string[];
}

export interface Decision {
  readonly decisionId: string;
  readonly mode: 'personal' | 'contextual';
  /** Why no personal data was used; null when personal. */
  readonly because: string | null;
  readonly summary: string;
  readonly items: readonly DecidedItem[];
}

type Answer<T> = Promise<T | undefined>;

/** Remembers by key what `ask` resolved with; undefined is not remembered. */
export function remembering<T>(): (key: string, ask: () => Answer<T>) => Answer<T> {
  const held = new Map<string, { readonly untilMs: number; readonly answer: Answer<T> }>();
  return (key, ask) => {
    const before = held.get(key);
    if (before && before.untilMs > Date.now()) return before.answer;
    const answer = ask().then((fresh) => {
      if (fresh !== undefined) return fresh;
      // The one of before is put back, to serve the next call that gets no answer, too; not where it has been ousted meanwhile.
      if (held.delete(key) && before) held.set(key, before);
      return before?.answer;
    });
    held.set(key, { untilMs: Date.now() + decisionMs, answer });
    if (held.size > decisionsMax) held.delete([...held.keys()][0] ?? '');
    return answer;
  };
}
