// The engine's own log as a logged bandit: choices at one point with the probabilities of their records, and whether they were won.
// Only choices of people who let be learned from them count, each person a cluster, as the purpose `train` held where the choice stands;
// what is estimated speaks of them. A choice that was held back (holdout, harm stop, nothing left) was none, so it is left out.
import { assert } from '../../base/assert.js';
import type { ChoiceRecord } from '../../model/choice.js';
import { requestedSegment } from '../choose.js';
import type { Logged, TargetPolicy } from './logged.js';

/** A choice and what followed. */
export interface LoggedChoice {
  readonly record: ChoiceRecord;
  readonly won: boolean;
}

/**
 * "What if": probabilities of actions, by segment: the whole one of the record, else the one that the request named; what no segment names
 * takes them from `otherwise`. They are made to sum to 1.
 */
export interface PolicyTable {
  readonly otherwise: { readonly [action: string]: number };
  readonly segments?: { readonly [segment: string]: { readonly [action: string]: number } };
}

export interface OwnLog {
  readonly logged: Logged;
  /** The policy of a table, restricted in each decision to what was eligible there. */
  readonly target: (table: PolicyTable) => TargetPolicy;
}

/** `also`: actions that a policy names, though the log may not know them. */
export function ownLog(choices: readonly LoggedChoice[], also: readonly string[] = []): OwnLog {
  const names = [...new Set([...choices.flatMap(({ record }) => record.candidates.map(({ action }) => action)), ...also])].sort();
  const segments = [...new Set(choices.map(({ record }) => record.segment))].sort();
  const people = [...new Set(choices.map(({ record }) => record.subject ?? ''))].sort();
  const [armOf, groupOf, clusterOf] = [places(names), places(segments), places(people)];
  const n = choices.length;
  const action = new Int32Array(n);
  const reward = new Float64Array(n);
  const propensity = new Float64Array(n);
  const group = new Int32Array(n);
  const cluster = new Int32Array(n);
  choices.forEach(({ record, won }, row) => {
    assert(record.action !== null && record.subject !== null, 'a choice of somebody, by which something was done');
    action[row] = armOf.get(record.action) ?? 0;
    reward[row] = won ? 1 : 0;
    propensity[row] = record.propensity;
    group[row] = groupOf.get(record.segment) ?? 0;
    cluster[row] = clusterOf.get(record.subject) ?? 0;
  });
  const logged: Logged = {
    actions: names.length,
    action,
    reward,
    propensity,
    group,
    groups: segments.length,
    cluster,
    clusters: people.length,
  };
  const target =
    (table: PolicyTable): TargetPolicy =>
    (row, out) => {
      out.fill(0);
      const record = choices[row]?.record;
      const chances = chancesIn(table, record?.segment ?? '');
      const eligible = new Set(record?.candidates.map((each) => each.action));
      const stopped = new Set(record?.excluded.map((each) => each.action));
      let all = 0;
      // What a guardrail stopped, the other policy could not have done either; what the point does not have at all, the log cannot judge.
      for (const [name, chance] of Object.entries(chances)) if (!stopped.has(name)) all += chance;
      for (const [name, chance] of Object.entries(chances)) {
        const arm = armOf.get(name);
        if (arm !== undefined && eligible.has(name) && all > 0) out[arm] = chance / all;
      }
    };
  return { logged, target };
}

function chancesIn({ segments = {}, otherwise }: PolicyTable, segment: string): PolicyTable['otherwise'] {
  for (const name of [segment, requestedSegment(segment)]) if (Object.hasOwn(segments, name)) return segments[name] ?? otherwise;
  return otherwise;
}

function places(names: readonly string[]): Map<string, number> {
  return new Map(names.map((name, at) => [name, at]));
}
