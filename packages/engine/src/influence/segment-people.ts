// Who taught something about an action in a segment: only so as to know whether they are enough that no answer to others follows one of
// them. Derived from the rows of people, as all sums are, and never told; ids count, as in every count.
// Invariant: what was taken back leaves what would be there had it never come.
import { assert } from '../base/assert.js';
import { limits } from '../base/limits.js';

export class SegmentPeople {
  /** segment -> action -> subject -> choices */
  readonly #segments = new Map<string, Map<string, Map<string, number>>>();

  /** Adds (1) or takes back (-1) one choice. Segment '' is everybody. */
  count(segment: string, action: string, subject: string, times: 1 | -1): void {
    if (segment === '') return;
    let actions = this.#segments.get(segment);
    if (actions === undefined) this.#segments.set(segment, (actions = new Map<string, Map<string, number>>()));
    let people = actions.get(action);
    if (people === undefined) actions.set(action, (people = new Map<string, number>()));
    const left = (people.get(subject) ?? 0) + times;
    assert(left >= 0, 'what is taken back was counted');
    if (left > 0) people.set(subject, left);
    else people.delete(subject);
    if (people.size === 0) actions.delete(action);
    if (actions.size === 0) this.#segments.delete(segment);
  }

  /** The segment, if enough people taught there about the action that it may be judged by them; else everybody. */
  judgedBy(segment: string, action: string): string {
    return (this.#segments.get(segment)?.get(action)?.size ?? 0) < limits.evidencePeopleMin ? '' : segment;
  }
}
