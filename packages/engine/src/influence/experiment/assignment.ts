// Who is in which arm: by keyed hash of the experiment's name and the subject, so the same person always gets the same arm, nobody has to
// store it, and arms of two experiments have nothing to do with one another. Of each tenant a holdout, the same people everywhere, is never
// influenced at all: what everything is measured against.
import type { Draw } from '../../ports/draw.js';

const uint32Range = 4_294_967_296;

/** Arms of an experiment: names with their weights, positive integers. */
export interface ArmWeight {
  readonly name: string;
  readonly weight: number;
}

/** The arm of a subject. */
export function armOf(draw: Draw, experiment: string, subject: string, arms: readonly ArmWeight[]): string {
  const all = arms.reduce((sum, { weight }) => sum + weight, 0);
  const at = (draw.uint32(`experiment:${experiment.length}:${experiment}:${subject}`, 0) / uint32Range) * all;
  let sum = 0;
  for (const { name, weight } of arms) {
    sum += weight;
    if (at < sum) return name;
  }
  return arms.at(-1)?.name ?? '';
}

/** Is an id one of those whom nothing may influence? A person is, who has such an id. `ppm`: the share of ids, parts per million. */
export function isHeldOut(draw: Draw, subject: string, ppm: number): boolean {
  return draw.uint32(`holdout:${subject}`, 0) * 1_000_000 < ppm * uint32Range;
}
