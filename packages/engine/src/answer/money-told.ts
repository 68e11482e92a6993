// An amount of money to read.
import type { Money } from '../model/plan.js';

/** Minor units as the language writes the currency; of no currency that there is (ISO 4217), as they are. */
export function moneyTold(lang: string, { amount, currency }: Money): string {
  if (!Intl.supportedValuesOf('currency').includes(currency)) return `${amount} ${currency}`;
  const format = new Intl.NumberFormat(lang, { style: 'currency', currency });
  return format.format(Number(`${amount}e-${format.resolvedOptions().maximumFractionDigits ?? 0}`));
}
