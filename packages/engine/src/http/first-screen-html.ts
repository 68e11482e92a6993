// HTML from templates: html`<b>${text}</b>` escapes every text that is put in; only what this file made goes in as it is.
// Invariant: no value reaches a page unescaped, in text or in a quoted attribute. Unquoted attributes and scripts take no values at all.

/** Text that is HTML already. Made here alone. */
export class Html {
  readonly text: string;

  constructor(key: typeof minted, text: string) {
    if (key !== minted) throw new TypeError('Html is made by the html template');
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

const minted = Symbol('html');

export type HtmlPart = string | number | Html | null | readonly HtmlPart[];

export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  let text = strings[0] ?? '';
  for (const [at, part] of parts.entries()) text += textOf(part) + (strings[at + 1] ?? '');
  return new Html(minted, text);
}

function textOf(part: HtmlPart): string {
  if (part === null) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'string') return escapeHtml(part);
  if (typeof part === 'number') return part.toString();
  return part.map(textOf).join('');
}

/** Ends of lines, too: a page may be laid out anew, what is put into it may not. */
const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '\n': '&#10;',
  '\r': '&#13;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'\n\r]/g, (each) => entities[each] ?? each);
}
