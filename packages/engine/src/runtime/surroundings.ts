// What every pack finds when the engine is opened with nothing else: the shop's vocabulary, the built-in traits, the default points.
import { checkPack as checkAgainst, type PackFinding, type PackSurroundings } from '../pack/check-pack.js';
import { builtInTraits } from './default-traits.js';
import { defaultPoints } from './engine.js';
import { shopTypes } from './shop-types.js';

export const surroundings: PackSurroundings = {
  eventTypes: shopTypes,
  traits: builtInTraits,
  points: defaultPoints.map(({ name }) => name),
};

/** Everything that is wrong with a pack, each with a code, its place and what to do; empty: it opens. */
export function checkPack(pack: unknown): PackFinding[] {
  return checkAgainst(pack, surroundings);
}
