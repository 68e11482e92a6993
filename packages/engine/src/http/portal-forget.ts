// To be forgotten: what will happen, one button, and the receipt. The receipt names nobody, so whoever has its number may look at it, also
// when the person and their session are gone. The person's own copy holds salts by which it can be shown that it is theirs; those are kept
// nowhere, so only the page that answers the button offers it: they go with it, sealed, and come back with the form.
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

/** `copy`: what the person's own copy is made of, sealed; null: it is somebody's who has the number. */
export function receiptHtml(lang: PortalLanguage, id: string, row: Readonly<ReceiptRow>, copy: string | null): string {
  const words = wordsOf(lang);
  const { events, erasedAt, deadlineAt, completedAt } = row;
  const path = `/me/receipts/${encodeURIComponent(id)}`;
  const file =
    copy === null
      ? html`<p><a class="button" href="${path}/file" download>${words.receiptFile}</a></p>`
      : html`<p>${words.receiptOwn}</p>
          <form method="post" action="${path}/file">
            <input type="hidden" name="copy" value="${copy}" /><button>${words.receiptFile}</button>
          </form>`;
  const body = html`<p>${words.forgotten(numberOf(lang, events), dateOf(lang, erasedAt))}</p>
    <p>${completedAt === null ? words.deadline(dateOf(lang, deadlineAt)) : words.completed(dateOf(lang, completedAt))}</p>
    ${file}
    <p>${words.receiptCheck}</p>
    <dl>
      <dt>${words.receiptNumber}</dt>
      <dd><code>${id}</code></dd>
    </dl>
    <p>${words.keepReceipt}</p>
    <p class="soft">${words.cannotProve}</p>`;
  // In another language it would be asked for again, and come without the copy.
  return framed({ lang, title: words.receipt, path: copy === null ? path : null, session: null }, body);
}
