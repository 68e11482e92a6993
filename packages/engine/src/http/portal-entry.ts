// The pages for whoever is not in yet: the link's, with one button (so that a mail scanner which follows links opens nothing, and the
// cookie is set by a page of our own), the one that says that a visit has ended, and the one that says why an account opened nothing.
import { html, type Html } from './first-screen-html.js';
import { framed, wordsOf } from './portal-page.js';
import type { AccountRefusal, PortalLanguage } from './portal-words.js';

/** `by` account: whoever is back from the provider. Their page cannot be asked for again. */
export function enterHtml(lang: PortalLanguage, ticket: string, by: 'link' | 'account' = 'link'): string {
  const words = wordsOf(lang);
  const body = html`<p>${by === 'account' ? words.accountLead : words.enterLead}</p>
    <form method="post" action="/me/enter?lang=${lang}">
      <input type="hidden" name="ticket" value="${ticket}" /><button>${words.enter}</button>
    </form>`;
  const path = by === 'account' ? null : `/me/enter?ticket=${encodeURIComponent(ticket)}`;
  return framed({ lang, title: words.enterTitle, path, session: null }, body);
}

/** `byAccount`: is there a way in by an account? `wrote`: what came too late, so that it is not lost. */
export function endedHtml(lang: PortalLanguage, byAccount: boolean, wrote = ''): string {
  const words = wordsOf(lang);
  const body = html`<p>${words.endedLead}</p>
    ${byAccount ? accountHtml(lang) : null}
    ${
      wrote === ''
        ? null
        : html`<p>${words.endedWrote}</p>
            <p class="text">${wrote}</p>`
    }`;
  return framed({ lang, title: words.endedTitle, path: null, session: null }, body);
}

/** Why an account did not open the page. */
export function refusedHtml(lang: PortalLanguage, refusal: AccountRefusal): string {
  const words = wordsOf(lang);
  const body = html`<p>${words.accountRefusals[refusal]}</p>
    <p class="soft"><code>${refusal}</code></p>
    ${accountHtml(lang)}`;
  return framed({ lang, title: words.accountTitle, path: null, session: null }, body);
}

function accountHtml(lang: PortalLanguage): Html {
  return html`<p><a class="button" href="/me/account?lang=${lang}">${wordsOf(lang).account}</a></p>`;
}
