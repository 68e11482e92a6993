// A decision as an OFREP flag: the ranked items as the value, the best one as the variant, and the why flattened, because metadata may hold
// only texts, numbers and booleans. And the tag of a draft, which says what would be decided without deciding it.
// Invariant: two drafts have one tag exactly when the policy would show the same person the same list on the same ground; the tag does not
// depend on the decision's id, its draw, or the time.
// Source: OpenFeature Remote Evaluation Protocol 0.3.0, evaluationSuccess; reasons of the OpenFeature specification.
import { sentences, summary } from '../answer/why.js';
import { HalfSipHash, type HashKey } from '../base/half-sip-hash.js';
import { must } from '../base/assert.js';
import type { DecisionRecord } from '../model/decision.js';
import type { Draft } from '../influence/rank.js';

export interface OfrepFlag {
  readonly key: string;
  readonly value: { readonly items: readonly string[] };
  /** The best item; `none` when the list is empty. */
  readonly variant: string;
  readonly reason: 'TARGETING_MATCH' | 'SPLIT' | 'STATIC';
  readonly metadata: { readonly [name: string]: string | number | boolean };
}

/** `titleOf` names an item in a sentence. */
export function ofrepFlag(record: DecisionRecord, titleOf: (item: string) => string): OfrepFlag {
  const best = record.answer[0];
  const because = record.contextualBecause;
  const own = best === undefined || because !== undefined ? undefined : sentences(best, titleOf)[0];
  return {
    key: record.point,
    value: { items: record.answer.map(({ item }) => item) },
    variant: best?.item ?? 'none',
    reason: reasonOf(record),
    metadata: {
      decisionId: record.id,
      mode: record.mode,
      policyVersion: record.policy,
      why: own ?? summary(record),
      whyUrl: `/v1/decisions/${encodeURIComponent(record.id)}`,
      ...(best === undefined ? {} : { propensity: best.propensity }),
      ...(because === undefined ? {} : { because }),
    },
  };
}

/** A drawn order is a split, whoever asks; else personal inputs are a match, and what everybody would get here is static. */
function reasonOf({ slice, mode }: DecisionRecord): OfrepFlag['reason'] {
  if (slice === 'uniform') return 'SPLIT';
  return mode === 'personal' ? 'TARGETING_MATCH' : 'STATIC';
}

export class OfrepTags {
  readonly #hash: HalfSipHash;

  /** Tags leave the process and the tenant's key must not be worked out from them, so they are made under a key derived from it. */
  constructor(key: HashKey) {
    const derive = new HalfSipHash(key);
    derive.hash('ofrep tag');
    this.#hash = new HalfSipHash([derive.low, derive.high]);
  }

  /** A weak tag (RFC 9110, 8.8.3): answers of one tag differ in their decision ids. `subject` is whom the request names. */
  of(subject: string | undefined, drafts: readonly Draft[]): string {
    this.#hash.hash(JSON.stringify([subject ?? null, ...drafts.map(({ record }) => whatWouldShow(record))]));
    return `W/"${hex(this.#hash.high)}${hex(this.#hash.low)}"`;
  }
}

function whatWouldShow(record: DecisionRecord): readonly unknown[] {
  const { point, mode, contextualBecause, epoch, policy, pins, limit, top } = record;
  const shown = top.slice(0, Math.max(0, limit - pins.length)).map(({ item }) => item);
  return [point, mode, contextualBecause ?? null, epoch, policy, pins, shown];
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}

/** Does If-None-Match name the tag? Weak comparison; `*` names no tag of ours. */
export function namesTag(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  const opaque = must(tag.split('/')[1], 'a weak tag');
  return header.split(',').some((each) => each.trim().replace(/^W\//, '') === opaque);
}
