// A text that is shown to people, as data: what it says in each language, and what it claims. A claim that presses (time runs out, stock
// runs out) needs a source that makes it true; the engine fills the number in from there, so that a text cannot lie.

export interface Template {
  readonly id: string;
  /** Language (BCP 47) -> text. {countdown} and {stock} are filled in from the claims' sources. */
  readonly texts: { readonly [language: string]: string };
  /** The words of the two answers, when there is a choice: refusing is as easy as accepting. */
  readonly accept?: { readonly [language: string]: string };
  readonly refuse?: { readonly [language: string]: string };
  readonly claims: readonly Claim[];
}

/** Where a claim's truth comes from: the item whose `validUntil` is the deadline, or whose `stock` is counted. */
export type Claim = { readonly kind: 'countdown'; readonly item: string } | { readonly kind: 'scarcity'; readonly item: string };
