// Patterns: sequences of two or three steps that many people go through in that order, with others between them or not.
//
// Null model: a step's place among the other steps of the same person is chance. For each step of a pattern, everything else stays where
// it was and the copies of that step are thrown in anew; how likely the pattern then is follows by counting places. People are
// independent, so the number who show the pattern is a sum of unequal coins. The p of a pattern is the largest over its steps: it is
// reported only if the place of each of them matters: what merely comes somewhere after a pattern makes no longer one.
// Which patterns are tested depends on how many people have all their steps, never on the order of these.
import { coinsTail } from '../../base/exact-test.js';
import { limits } from '../../base/limits.js';
import { byteOrder } from '../../ports/tables.js';
import { discoveryRate, reported, type Report } from './finding.js';

export interface Pattern {
  readonly steps: readonly string[];
  /** People who went through them in this order. */
  readonly people: number;
  /** People who have all the steps, in whatever order. */
  readonly among: number;
  /** How many would by chance: under the step whose place explains most. */
  readonly expected: number;
  /** people / expected. */
  readonly lift: number;
  readonly p: number;
}

/** `people`: the steps of each person, oldest first. */
export function findPatterns(people: readonly (readonly string[])[], rate = discoveryRate): Report<Pattern> {
  const having = new Map<string, number[]>();
  people.forEach((steps, person) => {
    for (const step of new Set(steps)) {
      const list = having.get(step);
      if (list === undefined) having.set(step, [person]);
      else list.push(person);
    }
  });
  const known = [...having]
    .filter(([, list]) => list.length >= limits.evidencePeopleMin)
    .sort(([a, one], [b, other]) => other.length - one.length || byteOrder(a, b))
    .map(([step]) => step);
  const tests: Pattern[] = [];
  const test = (steps: readonly string[], among: readonly number[]): void => {
    if (among.length >= limits.evidencePeopleMin) tests.push(tested(steps, among, people));
  };
  const pairs = known.slice(0, limits.patternStepsMax);
  const triples = new Set(known.slice(0, limits.patternLongStepsMax));
  for (const a of pairs) {
    for (const b of pairs) {
      if (a === b) continue;
      const both = common(having.get(a) ?? [], having.get(b) ?? []);
      test([a, b], both);
      if (!triples.has(a) || !triples.has(b)) continue;
      for (const c of triples) if (c !== a && c !== b) test([a, b, c], common(both, having.get(c) ?? []));
    }
  }
  return reported(tests, people.length, rate);
}

function tested(steps: readonly string[], among: readonly number[], people: readonly (readonly string[])[]): Pattern {
  const own = among.map((person) => people[person] ?? []);
  const shown = own.filter((sequence) => holds(steps, sequence)).length;
  let p = 0;
  let expected = 0;
  for (let free = 0; free < steps.length; free += 1) {
    const chances = own.map((sequence) => chanceOf(steps, free, sequence));
    p = Math.max(p, coinsTail(chances, shown));
    expected = Math.max(
      expected,
      chances.reduce((sum, chance) => sum + chance, 0),
    );
  }
  if (shown < limits.evidencePeopleMin) p = 1;
  return { steps, people: shown, among: among.length, expected, lift: expected === 0 ? 0 : shown / expected, p };
}

function holds(steps: readonly string[], sequence: readonly string[]): boolean {
  let found = 0;
  for (const step of sequence) if (step === steps[found]) found += 1;
  return found >= steps.length;
}

/**
 * How likely the steps come in their order when the copies of one of them (`free`) fall anywhere among the rest: all ways to fall into its
 * L + 1 places being alike, 1 - prod (bad + j) / (L + 1 + j) over the copies, where `bad` places do not complete the pattern.
 */
function chanceOf(steps: readonly string[], free: number, sequence: readonly string[]): number {
  const rest = sequence.filter((step) => step !== steps[free]);
  const copies = sequence.length - rest.length;
  const before = endOf(steps.slice(0, free), rest);
  const after = startOf(steps.slice(free + 1), rest);
  // Place j lies behind j of the rest: good are those from `before` up to `after`.
  const good = after - before + 1;
  if (good <= 0) return 0;
  const places = rest.length + 1;
  let none = 1;
  for (let j = 0; j < copies; j += 1) none *= (places - good + j) / (places + j);
  return 1 - none;
}

/** Behind how many of the sequence the steps are through at the earliest; Infinity: never. */
function endOf(steps: readonly string[], sequence: readonly string[]): number {
  let found = 0;
  if (steps.length === 0) return 0;
  for (const [at, step] of sequence.entries()) {
    if (step === steps[found]) found += 1;
    if (found === steps.length) return at + 1;
  }
  return Infinity;
}

/** Behind how many of the sequence the steps may begin at the latest; -Infinity: never. */
function startOf(steps: readonly string[], sequence: readonly string[]): number {
  let left = steps.length;
  if (left === 0) return sequence.length;
  for (let at = sequence.length - 1; at >= 0; at -= 1) {
    if (sequence[at] === steps[left - 1]) left -= 1;
    if (left === 0) return at;
  }
  return -Infinity;
}

/** Both ascending. */
function common(one: readonly number[], other: readonly number[]): number[] {
  const both: number[] = [];
  let at = 0;
  for (const each of one) {
    while ((other[at] ?? Infinity) < each) at += 1;
    if (other[at] === each) both.push(each);
  }
  return both;
}
