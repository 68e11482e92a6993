// To be forgotten: what will happen, one button, and the receipt. The receipt names nobody, so whoever has its number may look at it, also
// when the person and their session are gone. The person's own copy holds salts by which it can be shown that it is theirs; those are kept
// nowhere, so only the page that answers the button offers it: they go with it, sealed, and come back with the form.
// What a law keeps stands on both pages: before, so that nobody is misled by the button; after, as the receipt says it. What a hold keeps
// stands on the receipt alone.
import type { KeptNote, ReceiptRow } from '../answer/receipts.js';
import { html, type Html } from './first-screen-html.js';
import { dateOf, dayOf, form, framed, isolated, numberOf, wordsOf, type Seen } from './portal-page.js';
import type { PortalLanguage } from './portal-words.js';

/** `kept`: what a law would keep, if they were erased now. */
export function forgetHtml({ lang, session }: Seen, kept: readonly KeptNote[]): string {
  const words = wordsOf(lang);
  const body = html`<p>${words.forgetLead}</p>
    <ul>
      ${words.forgetWhat.map((each) => html`<li>${each}</li>`)}
    </ul>
    ${keptHtml(lang, kept)}
    <p><a class="button" href="/me/download?lang=${lang}">${words.download}</a></p>
    ${form({ lang, session, action: '/me/forget' }, html`<button>${words.forgetSure}</button>`)}
    <p><a class="button" href="/me?lang=${lang}">${words.back}</a></p>`;
  return framed({ lang, title: words.forget, path: '/me/forget', session }, body);
}

/** `copy`: what the person's own copy is made of, sealed; null: it is somebody's who has the number. */
export function receiptHtml(lang: PortalLanguage, id: string, row: Readonly<ReceiptRow>, copy: string | null): string {
  const words = wordsOf(lang);
  const { events, erasedAt, deadlineAt, completedAt, kept = [] } = row;
  const path = `/me/receipts/${encodeURIComponent(id)}`;
  const file =
    copy === null
      ? html`<p><a class="button" href="${path}/file">${words.receiptFile}</a></p>`
      : html`<p>${words.receiptOwn}</p>
          <form method="post" action="${path}/file">
            <input type="hidden" name="copy" value="${copy}" /><button>${words.receiptFile}</button>
          </form>`;
  const body = html`<p>${words.forgotten(numberOf(lang, events), dateOf(lang, erasedAt), events)}</p>
    <p>${completedAt === null ? words.deadline(dateOf(lang, deadlineAt)) : words.completed(dateOf(lang, completedAt))}</p>
    ${keptHtml(lang, kept)} ${file}
    <p>${words.receiptCheck}</p>
    <dl>
      <dt>${words.receiptNumber}</dt>
      <dd><code>${id}</code></dd>
    </dl>
    <p>${words.keepReceipt}</p>
    <p class="soft">${words.cannotProve}${kept.length === 0 ? null : ` ${words.keptUnproved}`}</p>`;
  // In another language it would be asked for again, and come without the copy.
  return framed({ lang, title: words.receipt, path: copy === null ? path : null, session: null }, body);
}

/** What stays of somebody who is erased: what, why, until when, and that it serves nothing else. Nothing, if nothing stays. */
function keptHtml(lang: PortalLanguage, kept: readonly KeptNote[]): Html | null {
  if (kept.length === 0) return null;
  const words = wordsOf(lang);
  const cards = kept.map(
    ({ kind, name, eventType, events, until }) =>
      html`<li class="card">
        <h3>${eventType === null ? words.keptAll : (words.types[eventType] ?? eventType)}</h3>
        <dl>
          <dt>${words.keptCount}</dt>
          <dd>${numberOf(lang, events)}</dd>
          <dt>${words.keptWhy}</dt>
          <dd>${kind === 'hold' ? words.keptHold(isolated(name)) : words.keptDuty(words.quote(isolated(name)))}</dd>
          <dt>${words.keptUntil}</dt>
          <dd>${until === null ? words.keptOpen : words.keptDay(dayOf(lang, until))}</dd>
        </dl>
      </li>`,
  );
  return html`<section id="kept" aria-labelledby="kept-title">
    <h2 id="kept-title">${words.kept}</h2>
    <p>${words.keptLead.join(' ')}</p>
    <ul class="cards">
      ${cards}
    </ul>
  </section>`;
}
