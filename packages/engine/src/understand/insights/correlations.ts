// Correlations: whether people who do much of one thing do more, or less, of another. Each behaviour divides people at its median into
// those who did more than that and the others; Fisher's exact test tells whether two divisions are independent. Null model: among all
// people who are looked at, who does much of the one says nothing about who does much of the other.
// The median is how often somebody did it, so it is rounded up before it divides anybody: what is told is nobody's own number.
import { fisherTest, logFactorials } from '../../base/exact-test.js';
import { limits } from '../../base/limits.js';
import { byteOrder } from '../../ports/tables.js';
import { rounded } from '../segments/cut-points.js';
import { discoveryRate, reported, type Report } from './finding.js';

export interface Correlation {
  readonly one: string;
  readonly other: string;
  /** More than this of it is much: the median, in two digits, rounded up. */
  readonly oneOver: number;
  readonly otherOver: number;
  /** People: much of both, much of the one, much of the other. */
  readonly both: number;
  readonly muchOfOne: number;
  readonly muchOfOther: number;
  /** Between -1 and 1: the correlation of the two divisions (phi). */
  readonly phi: number;
  readonly p: number;
}

/** `people`: how often each did what. */
export function findCorrelations(people: readonly ReadonlyMap<string, number>[], rate = discoveryRate): Report<Correlation> {
  const doing = new Map<string, number>();
  for (const counts of people) for (const [name, count] of counts) if (count > 0) doing.set(name, (doing.get(name) ?? 0) + 1);
  const names = [...doing]
    .filter(([, count]) => count >= limits.evidencePeopleMin)
    .sort(([a, one], [b, other]) => other - one || byteOrder(a, b))
    .slice(0, limits.correlationsOfMax)
    .map(([name]) => name);
  const divided = names.map((name) => divide(people, name));
  const factorials = logFactorials(people.length);
  const tests: Correlation[] = [];
  for (const [at, one] of divided.entries())
    for (const other of divided.slice(at + 1))
      if (isTold(one, people.length) && isTold(other, people.length)) tests.push(tested(one, other, factorials));
  return reported(tests, people.length, rate);
}

interface Division {
  readonly name: string;
  readonly over: number;
  readonly much: readonly boolean[];
  readonly count: number;
}

function divide(people: readonly ReadonlyMap<string, number>[], name: string): Division {
  const values = people.map((counts) => counts.get(name) ?? 0);
  const over = rounded([...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0);
  const much = values.map((value) => value > over);
  return { name, over, much, count: much.filter(Boolean).length };
}

function isTold({ count }: Division, all: number): boolean {
  return count >= limits.evidencePeopleMin && all - count >= limits.evidencePeopleMin;
}

function tested(one: Division, other: Division, factorials: Float64Array): Correlation {
  const all = one.much.length;
  let both = 0;
  for (const [person, much] of one.much.entries()) if (much && other.much[person] === true) both += 1;
  const cells = [both, one.count - both, other.count - both, all - one.count - other.count + both];
  const isSmall = cells.some((cell) => cell < limits.evidencePeopleMin);
  const product = Math.sqrt(one.count * (all - one.count)) * Math.sqrt(other.count * (all - other.count));
  return {
    one: one.name,
    other: other.name,
    oneOver: one.over,
    otherOver: other.over,
    both,
    muchOfOne: one.count,
    muchOfOther: other.count,
    phi: (both * all - one.count * other.count) / product,
    p: isSmall ? 1 : fisherTest(both, one.count, other.count, all, factorials),
  };
}
