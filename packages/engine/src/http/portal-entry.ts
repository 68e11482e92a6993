// The two pages for whoever is not in yet: the link's, with one button (so that a mail scanner which follows links opens nothing, and the
// cookie is set by a page of our own), and the one that says that a visit has ended.
import { html } from './first-screen-html.js';
import { framed, wordsOf } from './portal-page.js';
import type { PortalLanguage } from './portal-words.js';

export function enterHtml(lang: PortalLanguage, ticket: string): string {
  const words = wordsOf(lang);
  const body = html`<p>${words.enterLead}</p>
    <form method="post" action="/me/enter?lang=${lang}">
      <input type="hidden" name="ticket" value="${ticket}" /><button>${words.enter}</button>
    </form>`;
  return framed({ lang, title: words.enterTitle, path: `/me/enter?ticket=${encodeURIComponent(ticket)}`, session: null }, body);
}

export function endedHtml(lang: PortalLanguage): string {
  const words = wordsOf(lang);
  return framed({ lang, title: words.endedTitle, path: null, session: null }, html`<p>${words.endedLead}</p>`);
}
