// The form by which a person asks that a human looks at it (GDPR art. 22(3)).
import { limits } from '../base/limits.js';
import { html, type Html } from './first-screen-html.js';
import { form, wordsOf, type Seen } from './portal-page.js';

/** Ask a human, about a decision or in general. */
export function humanHtml({ lang, session }: Pick<Seen, 'lang' | 'session'>, decision: string | null): Html {
  const words = wordsOf(lang);
  const hidden = decision === null ? {} : { decision };
  return html`<li class="card">
    <h3>${words.human}</h3>
    <p>${words.humanLead}</p>
    ${form(
      { lang, session, action: '/me/review', hidden },
      html`<label for="wish">${words.humanWish}</label>
        <textarea id="wish" name="wish" rows="3" maxlength="${limits.portalWishCharsMax}" required></textarea>
        <button>${words.human}</button>`,
    )}
  </li>`;
}
