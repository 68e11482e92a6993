// Visits to learn from and to be asked about: read from a folder of train and test files, or made up by a seeded generator.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Complaint } from './complaint.js';
import { SeededRandom } from './seeded-random.js';
import { Zipf } from './zipf.js';

/** Item ids in the order of one visit. */
export type Visit = readonly string[];

export interface Visits {
  readonly train: readonly Visit[];
  readonly test: readonly Visit[];
}

/** Reads `train.txt(.gz)` and `test.txt(.gz)`: one visit a line, item ids in order. */
export function readVisits(folder: string): Visits {
  return { train: readVisitFile(folder, 'train.txt'), test: readVisitFile(folder, 'test.txt') };
}

function readVisitFile(folder: string, name: string): Visit[] {
  const plain = join(folder, name);
  const packed = `${plain}.gz`;
  if (!existsSync(plain) && !existsSync(packed)) throw new Complaint(2, `there is no ${name} and no ${name}.gz in ${folder}`);
  const text = existsSync(plain) ? readFileSync(plain, 'utf8') : gunzipSync(readFileSync(packed)).toString('utf8');
  const visits: Visit[] = [];
  for (const line of text.split('\n')) {
    const items = line.split(/\s+/).filter((item) => item !== '');
    if (items.length > 0) visits.push(items);
  }
  return visits;
}

/**
 * Made-up visits: items lie in groups of 100 of Zipf popularity; a visit stays in one group and mostly steps to a near item, so that there
 * is something to learn. Lengths are geometric, at least 2 views, mean about 5.
 */
export function makeVisits(shape: {
  readonly train: number;
  readonly test: number;
  readonly items: number;
  readonly seed: number;
}): Visits {
  const random = new SeededRandom(shape.seed);
  const groupItems = 100;
  const groups = new Zipf(Math.ceil(shape.items / groupItems), random);
  const visit = (): Visit => {
    const first = groups.draw() * groupItems;
    const items: string[] = [];
    let place = random.below(groupItems);
    do {
      items.push(`i${first + place}`);
      place = random.share() < 0.7 ? (place + 1 + random.below(3)) % groupItems : random.below(groupItems);
    } while (items.length < 2 || (random.share() < 0.75 && items.length < 40));
    return items;
  };
  return { train: Array.from({ length: shape.train }, visit), test: Array.from({ length: shape.test }, visit) };
}
