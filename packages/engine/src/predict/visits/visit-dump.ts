// The canonical text of a visit store, read out of the real structures: item ids in code unit order with the keys of their postings as they
// stand, visits in key order with day and items, and the visits of each subject, by their first. No hash of a subject stands in it: it
// would differ between two stores with the same history and different keys.
// Why three views of the same facts: the dump is what two histories are compared by, and each structure must agree by itself.
import type { VisitStore } from './visit-store.js';

export function* visitDump(store: VisitStore): Iterable<string> {
  const { arena, visits, items, postings, order, subjects } = store;
  for (const item of [...items.numbers()].sort((a, b) => items.compare(a, b))) {
    const start = postings.sorted(item);
    const slots = arena.words.subarray(start, start + (postings.length[item] ?? 0));
    yield ['item', JSON.stringify(items.idOf(item)), ...Array.from(slots, (slot) => visits.keyOf(slot))].join(' ');
  }
  for (let rank = 0; rank < order.count; rank++) {
    const slot = order.at(rank);
    const start = visits.startOf(slot);
    const ids = Array.from(arena.words.subarray(start, start + visits.lengthOf(slot)), (item) => items.idOf(item));
    yield `visit ${visits.keyOf(slot)} day ${visits.dayOf(slot)} ${JSON.stringify(ids)}`;
  }
  const rows: number[][] = [];
  for (const one of subjects.subjects()) {
    const [low, high] = [visits.subjectLowOf(one), visits.subjectHighOf(one)];
    const keys = subjects.visitsOf(low, high).map((slot) => visits.keyOf(slot));
    rows.push(keys.sort((a, b) => a - b));
  }
  rows.sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
  for (const keys of rows) yield `subject ${keys.join(' ')}`;
}
