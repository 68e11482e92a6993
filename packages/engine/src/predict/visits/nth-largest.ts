// The n-th largest of some numbers, by quickselect. The answer is a value, so it does not depend on the order of the numbers.

/** Reorders `values[0..count)` and returns its n-th largest, 1 <= n <= count. No NaN. Expected time O(count). */
export const nthLargest = (values: Float64Array, count: number, n: number): number => {
  const target = n - 1;
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const pivot = values[(low + high) >>> 1] ?? 0;
    let i = low;
    let j = high;
    while (i <= j) {
      while ((values[i] ?? 0) > pivot) i++;
      while ((values[j] ?? 0) < pivot) j--;
      if (i > j) break;
      const moved = values[i] ?? 0;
      values[i++] = values[j] ?? 0;
      values[j--] = moved;
    }
    if (target <= j) high = j;
    else if (target >= i) low = i;
    else break;
  }
  return values[target] ?? 0;
};
