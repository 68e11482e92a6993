// How good probabilities are: ranking (auROC, average precision) and calibration (expected calibration error). README.md defines them.

export interface Judged {
  readonly probability: number;
  readonly label: 0 | 1;
}

/** Area under the ROC curve: the share of pairs (yes, no) in which the yes has the higher probability; a tie counts a half. */
export function auroc(judged: readonly Judged[]): number {
  const sorted = judged.toSorted((a, b) => a.probability - b.probability);
  const yes = sorted.filter(({ label }) => label === 1).length;
  let rankSum = 0;
  for (let from = 0; from < sorted.length;) {
    let to = from;
    while (to < sorted.length && sorted[to]?.probability === sorted[from]?.probability) to += 1;
    const rank = (from + 1 + to) / 2;
    for (let at = from; at < to; at += 1) if (sorted[at]?.label === 1) rankSum += rank;
    from = to;
  }
  return (rankSum - (yes * (yes + 1)) / 2) / (yes * (sorted.length - yes));
}

/** Average precision: precision at each distinct probability from the top, weighed by the recall that it adds. */
export function averagePrecision(judged: readonly Judged[]): number {
  const sorted = judged.toSorted((a, b) => b.probability - a.probability);
  const yes = sorted.filter(({ label }) => label === 1).length;
  let [hits, sum] = [0, 0];
  for (let from = 0; from < sorted.length;) {
    let [to, gained] = [from, 0];
    while (to < sorted.length && sorted[to]?.probability === sorted[from]?.probability) {
      gained += sorted[to]?.label ?? 0;
      to += 1;
    }
    hits += gained;
    sum += (gained / yes) * (hits / to);
    from = to;
  }
  return sum;
}

export const calibrationBins = 10;

/** Mean over ten bins of equally many rows, by probability, of |mean probability - share of yes|. */
export function calibrationError(judged: readonly Judged[]): number {
  const sorted = judged.toSorted((a, b) => a.probability - b.probability);
  let sum = 0;
  for (let bin = 0; bin < calibrationBins; bin += 1) {
    const part = sorted.slice(
      Math.floor((sorted.length * bin) / calibrationBins),
      Math.floor((sorted.length * (bin + 1)) / calibrationBins),
    );
    const excess = part.reduce((total, { probability, label }) => total + probability - label, 0);
    sum += Math.abs(excess) / Math.max(1, sorted.length);
  }
  return sum;
}
