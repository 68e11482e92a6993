// Holm's correction of several p-values: the smallest is held against alpha over all of them, the next against alpha over the rest, until
// one fails. It controls the chance of any false finding whatever the dependence, and finds no less than dividing alpha by their number.
// With p-values that hold at all times it does so whenever somebody looks.
// Source: Holm, A simple sequentially rejective multiple test procedure (1979).

/** Adjusted p-values, in the order of the given ones: a finding is one whose adjusted value is at most alpha. */
export function holm(values: readonly number[]): number[] {
  const order = values.map((_, at) => at).sort((a, b) => (values[a] ?? 1) - (values[b] ?? 1) || a - b);
  const adjusted = values.map(() => 1);
  let least = 0;
  order.forEach((at, rank) => {
    least = Math.max(least, Math.min(1, (values.length - rank) * (values[at] ?? 1)));
    adjusted[at] = least;
  });
  return adjusted;
}
