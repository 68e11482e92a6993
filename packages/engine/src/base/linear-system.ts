// Solves a small symmetric positive definite system, in + - * / and sqrt only.
// Why: fits by Newton's method (logistic, conditional) need one at each step, and every bit of what is published must be the same everywhere.
// Non-goal: large systems; the cost is d^3 / 6.

/**
 * x with A x = b, by the Cholesky factor of A (`a`: d rows of d, only the lower triangle is read). A direction in which A is not positive
 * gets 0, so a column that is constant or doubled does no harm.
 */
export function solveSymmetric(a: readonly Float64Array[], b: Float64Array): Float64Array {
  const size = b.length;
  const factor = a.map((row) => Float64Array.from(row));
  for (let row = 0; row < size; row++) {
    const own = factor[row] ?? b;
    for (let column = 0; column <= row; column++) {
      const other = factor[column] ?? b;
      let sum = own[column] ?? 0;
      for (let at = 0; at < column; at++) sum -= (own[at] ?? 0) * (other[at] ?? 0);
      if (column < row) own[column] = (other[column] ?? 0) > 0 ? sum / (other[column] ?? 1) : 0;
      else own[row] = sum > 1e-12 ? Math.sqrt(sum) : 0;
    }
  }
  const x = Float64Array.from(b);
  for (let row = 0; row < size; row++) {
    const own = factor[row] ?? b;
    let sum = x[row] ?? 0;
    for (let at = 0; at < row; at++) sum -= (own[at] ?? 0) * (x[at] ?? 0);
    x[row] = (own[row] ?? 0) > 0 ? sum / (own[row] ?? 1) : 0;
  }
  for (let row = size - 1; row >= 0; row--) {
    let sum = x[row] ?? 0;
    for (let at = row + 1; at < size; at++) sum -= (factor[at]?.[row] ?? 0) * (x[at] ?? 0);
    const pivot = factor[row]?.[row] ?? 0;
    x[row] = pivot > 0 ? sum / pivot : 0;
  }
  return x;
}
