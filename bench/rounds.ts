// Rounds of the echo server and of the engine in turns (echo, engine, engine, echo, ...): what happens to the machine meanwhile happens to
// both.
import { closedLoop, type ClosedLoop, type Round } from './closed-loop.js';
import { median, percentile } from './percentile.js';
import { say } from './progress.js';

export interface RoundsFigures {
  readonly perSecond: number;
  readonly vsEcho: number;
  readonly p99Ms: number;
}

export async function roundsInTurns(label: string, pairs: number, echo: ClosedLoop, engine: ClosedLoop): Promise<RoundsFigures> {
  const rates: number[] = [];
  const ratios: number[] = [];
  const times: number[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    const engineFirst = pair % 2 === 1;
    const before: Round | null = engineFirst ? await closedLoop(engine) : null;
    const bare = await closedLoop(echo);
    const measured = before ?? (await closedLoop(engine));
    rates.push(measured.perSecond);
    ratios.push(measured.perSecond / bare.perSecond);
    for (const time of measured.times) times.push(time);
    const p99 = percentile(measured.times, 0.99).toFixed(1);
    const [ours, echoed] = [measured.perSecond, bare.perSecond];
    const ratio = (ours / echoed).toFixed(3);
    say(`${label} ${pair + 1}/${pairs}: engine ${ours.toFixed(0)} requests/s (p99 ${p99} ms), echo ${echoed.toFixed(0)}, ratio ${ratio}`);
  }
  return { perSecond: median(rates), vsEcho: median(ratios), p99Ms: percentile(times, 0.99) };
}
