// Binned features of a person: coarse enough that many share each, in words that a reason can show. What lookalikes compare.
import { byteOrder } from '../../ports/tables.js';
import type { Trait } from '../trait.js';
import type { TraitReader } from './trait-reader.js';

/** Calendar days that features look back on. */
const featureDays = 30;

export function featuresOf(reader: TraitReader, traits: readonly Trait[], today: number): string[] {
  const features: string[] = [];
  for (const { name, kind } of traits) {
    if (kind === 'counter') {
      for (const type of reader.types(name)) {
        const { total } = reader.amounts(name, [type], today - featureDays);
        if (total > 0) features.push(`${type}: ${binOf(total)} in ${featureDays} days`);
      }
    } else if (kind === 'recency') {
      for (const type of reader.types(name)) {
        const since = today - (reader.newestDay(name, [type]) ?? -Infinity);
        if (since < featureDays) features.push(`${type}: within ${since < 1 ? 1 : since < 7 ? 7 : featureDays} days`);
      }
    } else if (kind === 'last_value') {
      for (const [, , value] of reader.stamped(name, today - featureDays)) features.push(`${name}: ${String(value)}`);
    }
  }
  return [...new Set(features)].sort(byteOrder);
}

/** 1, 2-3, 4-7, 8-15, ... */
function binOf(count: number): string {
  let from = 1;
  while (count >= from * 2) from *= 2;
  return from === 1 ? '1' : `${from}-${from * 2 - 1}`;
}
