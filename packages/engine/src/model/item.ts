// What can be shown or advised. Versioned by events: the version is the log position of the last item event.
import type { Ms } from './event.js';

export type ItemValue = string | number | boolean;

export interface Item {
  readonly id: string;
  readonly title?: string;
  readonly category?: string;
  /** Price in minor units of `currency` (ISO 4217), an integer. */
  readonly price?: number;
  readonly currency?: string;
  /** Units in stock; absent means not tracked. */
  readonly stock?: number;
  readonly validFrom?: Ms;
  readonly validUntil?: Ms;
  readonly image?: string;
  readonly attributes?: { readonly [name: string]: ItemValue };
}

/** A condition on live items; all given parts must hold. */
export interface ItemFilter {
  readonly category?: readonly string[];
  readonly priceMin?: number;
  readonly priceMax?: number;
  readonly inStock?: boolean;
  readonly attributes?: { readonly [name: string]: ItemValue };
}
