// The laws of every model, as one suite that each runs: forgotten is never learned, order does not matter, parts add up, memory is given back,
// and the same bits on every Node (the hash of the dump is written down; CI runs it on the oldest and the newest).
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Learner } from './learner.js';

export interface LearnerCase<Example, Query> {
  readonly name: string;
  readonly make: () => Learner<Example, Query>;
  /** Makes what was learned count: a rederived model is published from what is left. Nothing for an exact one. */
  readonly publish?: (learner: Learner<Example, Query>, left: readonly Example[]) => void;
  readonly examples: readonly Example[];
  readonly queries: readonly Query[];
  /** What `bytes` may say after all examples. */
  readonly bytesMax: number;
  /** First 16 hex digits of the SHA-256 of the dump after all examples, and of the scores of all queries. */
  readonly fingerprint: string;
}

export function learnerSuite<Example, Query>(one: LearnerCase<Example, Query>): void {
  const { examples, queries } = one;
  /** A model that learned these, then forgot those; published at the end. */
  const after = (learned: readonly Example[], forgotten: readonly Example[] = []): Learner<Example, Query> => {
    const learner = one.make();
    for (const example of learned) learner.learn(example);
    for (const example of forgotten) learner.forget(example);
    one.publish?.(
      learner,
      learned.filter((example) => !forgotten.includes(example)),
    );
    return learner;
  };
  const told = (learner: Learner<Example, Query>): unknown => ({
    dump: [...learner.dump()],
    scores: queries.map((query) => learner.score(query)),
  });
  const first = examples.filter((_, at) => at % 3 !== 0);
  const others = examples.filter((_, at) => at % 3 === 0);

  describe(`${one.name}: laws of models`, () => {
    it('learn A and B, forget B: as if B had never come, bit for bit', () => {
      const never = told(after(first));
      expect(told(after([...first, ...others], others))).toEqual(never);
      expect(told(after([...others, ...first], others.toReversed()))).toEqual(never);
      expect(told(after(examples, others))).toEqual(never);
    });

    it('learned, forgotten and learned again is learned once', () => {
      const learner = after(examples);
      const before = told(learner);
      for (const example of others) {
        learner.forget(example);
        learner.learn(example);
      }
      one.publish?.(learner, examples);
      expect(told(learner)).toEqual(before);
    });

    it('the order of examples does not matter', () => {
      expect(told(after(examples.toReversed()))).toEqual(told(after(examples)));
    });

    it('what was learned shows, and what was not does not', () => {
      expect(told(after(first))).not.toEqual(told(after(examples)));
    });

    it('parts add up to the score', () => {
      const learner = after(examples);
      for (const query of queries) {
        const { score, parts } = learner.explain(query);
        expect(score).toBe(learner.score(query));
        const sum = parts.reduce((total, { amount }) => total + amount, 0);
        expect(Math.abs(sum - score)).toBeLessThan(1e-9 * Math.max(1, Math.abs(score)));
      }
    });

    it('memory is bounded and given back', () => {
      const learner = after(examples);
      const once = learner.bytes();
      expect(once).toBeGreaterThan(0);
      expect(once).toBeLessThan(one.bytesMax);
      for (let round = 0; round < 5; round++) {
        for (const example of examples) learner.forget(example);
        for (const example of examples) learner.learn(example);
      }
      one.publish?.(learner, examples);
      expect(learner.bytes()).toBeLessThanOrEqual(once * 1.01);
    });

    it('the same bits on every Node', () => {
      const text = JSON.stringify(told(after(examples)));
      expect(createHash('sha256').update(text).digest('hex').slice(0, 16)).toBe(one.fingerprint);
    });
  });
}
