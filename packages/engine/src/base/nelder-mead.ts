// Finds a minimum of a function of a few numbers without slopes. Deterministic: no restarts by chance, ties keep their order.
// Source: Nelder and Mead, 1965, with the usual coefficients (1, 2, 1/2, 1/2).

export interface Minimum {
  readonly at: readonly number[];
  readonly value: number;
  readonly evaluations: number;
}

/** Ends when the values at the corners differ by less than `tolerance`, or after `evaluationsMax`. */
export function minimise(
  f: (at: readonly number[]) => number,
  start: readonly number[],
  options: { readonly step: number; readonly tolerance: number; readonly evaluationsMax: number },
): Minimum {
  let evaluations = 0;
  const cornerAt = (at: readonly number[]): { readonly at: readonly number[]; readonly value: number } => {
    evaluations += 1;
    const value = f(at);
    return { at, value: value === value ? value : Infinity };
  };
  let corners = [cornerAt(start), ...start.map((_, axis) => cornerAt(start.map((x, other) => (other === axis ? x + options.step : x))))];
  const mixed = (a: readonly number[], b: readonly number[], share: number): number[] =>
    a.map((x, axis) => x + share * ((b[axis] ?? 0) - x));
  for (;;) {
    corners = corners.toSorted((a, b) => a.value - b.value);
    const [best] = corners;
    const worst = corners.at(-1);
    if (best === undefined || worst === undefined) return { at: start, value: Infinity, evaluations };
    if (worst.value - best.value < options.tolerance || evaluations >= options.evaluationsMax) return { ...best, evaluations };
    const others = corners.slice(0, -1);
    const centre = start.map((_, axis) => others.reduce((sum, { at }) => sum + (at[axis] ?? 0), 0) / others.length);
    const reflected = cornerAt(mixed(centre, worst.at, -1));
    if (reflected.value < best.value) {
      const expanded = cornerAt(mixed(centre, worst.at, -2));
      corners = [...others, expanded.value < reflected.value ? expanded : reflected];
    } else if (reflected.value < (others.at(-1)?.value ?? Infinity)) corners = [...others, reflected];
    else {
      const isOutside = reflected.value < worst.value;
      const contracted = cornerAt(mixed(centre, worst.at, isOutside ? -0.5 : 0.5));
      if (contracted.value < Math.min(worst.value, reflected.value)) corners = [...others, contracted];
      else corners = [best, ...corners.slice(1).map(({ at }) => cornerAt(mixed(best.at, at, 0.5)))];
    }
  }
}
