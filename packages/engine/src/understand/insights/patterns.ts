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
  const sequences = people.map((steps) => new Sequence(steps));
  const nobody = new Sequence([]);
  const tests: Pattern[] = [];
  const test = (steps: readonly string[], among: readonly number[]): void => {
    if (among.length >= limits.evidencePeopleMin)
      tests.push(
        tested(
          steps,
          among.map((person) => sequences[person] ?? nobody),
        ),
      );
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

/** The steps of one person, and what is left of them without one kind of step: asked for by many patterns. */
class Sequence {
  readonly steps: readonly string[];
  readonly #without = new Map<string, readonly string[]>();

  constructor(steps: readonly string[]) {
    this.steps = steps;
  }

  without(step: string): readonly string[] {
    let rest = this.#without.get(step);
    if (rest === undefined) this.#without.set(step, (rest = this.steps.filter((each) => each !== step)));
    return rest;
  }
}

function tested(steps: readonly string[], own: readonly Sequence[]): Pattern {
  const shown = own.filter((sequence) => holds(steps, sequence.steps)).length;
  let p = 0;
  let expected = 0;
  for (const [at, step] of steps.entries()) {
    const [before, after] = [steps.slice(0, at), steps.slice(at + 1)];
    const chances = own.map((sequence) => chanceOf(before, after, sequence.without(step), sequence.steps.length));
    p = Math.max(p, coinsTail(chances, shown));
    expected = Math.max(
      expected,
      chances.reduce((sum, chance) => sum + chance, 0),
    );
  }
  const others = own.length - shown;
  // Few who depart from it would be counted by the difference.
  if (shown < limits.evidencePeopleMin || (others > 0 && others < limits.evidencePeopleMin)) p = 1;
  return { steps, people: shown, among: own.length, expected, lift: expected === 0 ? 0 : shown / expected, p };
}

function holds(steps: readonly string[], sequence: readonly string[]): boolean {
  let found = 0;
  for (const step of sequence) if (step === steps[found]) found += 1;
  return found >= steps.length;
}

/**
 * How likely a pattern holds when the copies of one of its steps fall anywhere among the rest: `before` and `after` are its other steps,
 * `length` counts the copies too. All ways to fall into the L + 1 places being alike, it is
 * 1 - prod (bad + j) / (L + 1 + j) over the copies, where `bad` places do not complete the pattern.
 */
function chanceOf(before: readonly string[], after: readonly string[], rest: readonly string[], length: number): number {
  // Place j lies behind j of the rest: good are those from where `before` is through up to where `after` may begin.
  const good = startOf(after, rest) - endOf(before, rest) + 1;
  if (good <= 0) return 0;
  const places = rest.length + 1;
  let none = 1;
  for (let j = 0; j < length - rest.length; j += 1) none *= (places - good + j) / (places + j);
  return 1 - none;
}

/** Behind how many of the sequence the steps are through at the earliest; Infinity: never. */
function endOf(steps: readonly string[], sequence: readonly string[]): number {
  let found = 0;
  if (steps.length === 0) return 0;
  for (let at = 0; at < sequence.length; at += 1) {
    if (sequence[at] === steps[found]) found += 1;
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
