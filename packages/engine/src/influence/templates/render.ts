// What a person sees of a template: the text in their language, with the numbers of its claims filled in from their sources. A claim whose
// source does not make it true, now, stops the text: then the action is not shown at all, rather than shown with a lie.
import { fail, ok, type Result } from '../../base/result.js';
import type { Item } from '../../model/item.js';
import type { Template } from '../../model/template.js';

/** Time runs out, or stock, only up to here; what is further away is no reason to press anybody. */
const countdownMsMax = 72 * 3_600_000;
const stockMax = 10;

/** Fails with claim_untrue (deadline past, far away or not there; stock not tracked, none or plenty) or language_missing. */
export function render(
  template: Template,
  languages: readonly string[],
  item: (id: string) => Item | undefined,
  at: number,
): Result<string> {
  const language = languages.find((each) => Object.hasOwn(template.texts, each));
  if (language === undefined) return fail('language_missing');
  let text = template.texts[language] ?? '';
  for (const [index, claim] of template.claims.entries()) {
    const source = item(claim.item);
    if (claim.kind === 'countdown') {
      const left = (source?.validUntil ?? 0) - at;
      if (left <= 0 || left > countdownMsMax) return fail('claim_untrue', `/claims/${index}`);
      text = text.replaceAll('{countdown}', durationOf(left, language));
    } else {
      const stock = source?.stock ?? 0;
      if (stock <= 0 || stock > stockMax) return fail('claim_untrue', `/claims/${index}`);
      text = text.replaceAll('{stock}', new Intl.NumberFormat(language).format(stock));
    }
  }
  return ok(text);
}

/** Rounded up, so that it never says less than there is. */
function durationOf(leftMs: number, language: string): string {
  const minutes = Math.ceil(leftMs / 60_000);
  const [count, unit] = minutes >= 120 ? [Math.ceil(minutes / 60), 'hour'] : [minutes, 'minute'];
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(count);
}
