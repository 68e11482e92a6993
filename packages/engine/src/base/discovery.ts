// The false-discovery rate: of what is reported, the expected share that is nothing. Benjamini and Yekutieli (2001), which holds however
// the tests depend on each other; the price against Benjamini and Hochberg is a factor of about ln m.

/**
 * For each p-value the smallest rate at which it would be reported, all tests of the family given. Reporting those <= rate keeps the rate.
 */
export function discoveryRates(pValues: readonly number[]): number[] {
  const m = pValues.length;
  let harmonic = 0;
  for (let k = 1; k <= m; k += 1) harmonic += 1 / k;
  const order = pValues.map((p, index) => [p, index] as const).sort((a, b) => b[0] - a[0]);
  const rates = new Array<number>(m).fill(1);
  let least = 1;
  order.forEach(([p, index], at) => {
    least = Math.min(least, (p * m * harmonic) / (m - at));
    rates[index] = least;
  });
  return rates;
}
