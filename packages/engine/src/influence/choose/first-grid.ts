// The grid of the first policy of choices (`choose/1`): half of its points span everything, half the value that is most surely large. It
// blurs every other narrow value (off by up to .13), so nothing is chosen by it any more; kept so that what was chosen follows from its
// record.

const cells = 48; // even: two grids of half as many points

/** Right ends of the cells between `low` and `high`, ascending. */
export function firstGrid(
  means: ArrayLike<number>,
  deviations: ArrayLike<number>,
  count: number,
  low: number,
  high: number,
): readonly number[] {
  let surest = -Infinity;
  let sureMean = 0;
  let sureDeviation = 1;
  for (let i = 0; i < count; i += 1) {
    const mean = means[i] ?? 0;
    const deviation = deviations[i] ?? 1;
    if (mean - deviation > surest) {
      surest = mean - deviation;
      sureMean = mean;
      sureDeviation = deviation;
    }
  }
  const half = cells / 2;
  // Both grids ascend, so they are merged.
  const narrowLow = Math.max(low, sureMean - 4 * sureDeviation);
  const narrowStep = (Math.min(high, sureMean + 4 * sureDeviation) - narrowLow) / half;
  const wideStep = (high - low) / half;
  let wide = 1;
  let narrow = 1;
  return Array.from({ length: cells }, () => {
    const nextWide = wide > half ? Infinity : low + wideStep * wide;
    const nextNarrow = narrow > half ? Infinity : narrowLow + narrowStep * narrow;
    if (nextWide <= nextNarrow) {
      wide += 1;
      return nextWide;
    }
    narrow += 1;
    return nextNarrow;
  });
}
