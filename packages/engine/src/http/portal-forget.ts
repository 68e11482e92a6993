// To be forgotten: what will happen, one button, and the receipt. The receipt names nobody, so whoever has its number may look at it, also
// when the person and their session are gone.
import type { ReceiptRow } from '../answer/receipts.js';
import { html } from './first-screen-html.js';
import { dateOf, form, framed, numberOf, wordsOf, type Seen } from './portal-page.js';
import type { PortalLanguage } from './portal-words.js';

export function forgetHtml({ lang, session }: Seen): string {
  const words = wordsOf(lang);
  const body = html`<p>${words.forgetLead}</p>
    <ul>
      ${words.forgetWhat.map((each) => html`<li>${each}</li>`)}
    </ul>
    <p><a class="button" href="/me/download" download>${words.download}</a></p>
    ${form({ lang, session, action: '/me/forget' }, html`<button>${words.forgetSure}</button>`)}
    <p><a class="button" href="/me?lang=${lang}">${words.back}</a></p>`;
  return framed({ lang, title: words.forget, path: '/me/forget', session }, body);
}

export function receiptHtml(lang: PortalLanguage, id: string, row: Readonly<ReceiptRow>): string {
  const words = wordsOf(lang);
  const { events, erasedAt, deadlineAt, completedAt } = row;
  const body = html`<p>${words.forgotten(numberOf(lang, events), dateOf(lang, erasedAt))}</p>
    <p>${completedAt === null ? words.deadline(dateOf(lang, deadlineAt)) : words.completed(dateOf(lang, completedAt))}</p>
    <dl>
      <dt>${words.receiptNumber}</dt>
      <dd><code>${id}</code></dd>
    </dl>
    <p>${words.keepReceipt}</p>
    <p class="soft">${words.cannotProve}</p>`;
  return framed({ lang, title: words.receipt, path: `/me/receipts/${encodeURIComponent(id)}`, session: null }, body);
}
