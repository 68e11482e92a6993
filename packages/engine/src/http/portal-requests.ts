// What the person asked for at the desk: where each request stands, by when it is answered (GDPR art. 12(3): a month, two more with a
// reason), and what was answered.
import { limits } from '../base/limits.js';
import type { RequestView } from '../runtime/desk.js';
import { html, type Html } from './first-screen-html.js';
import { decisionOf } from './portal-known.js';
import { dateOf, framed, wordsOf, type Seen } from './portal-page.js';
import type { PortalLanguage } from './portal-words.js';

/** The newest, each with where it stands; null: nothing was asked for. */
export function requestsHtml(lang: PortalLanguage, requests: readonly RequestView[]): Html | null {
  if (requests.length === 0) return null;
  const words = wordsOf(lang);
  const cards = requests.slice(0, limits.portalRequestsShown).map(
    (each) =>
      html`<li class="card">
        <h3>${words.requestKinds[each.kind]}</h3>
        ${standsHtml(lang, each)}
        <p><a class="button" href="/me/requests/${encodeURIComponent(each.request)}?lang=${lang}">${words.requestSee}</a></p>
      </li>`,
  );
  return html`<section id="requests" aria-labelledby="requests-title">
    <h2 id="requests-title">${words.requests}</h2>
    <ul class="cards">
      ${cards}
    </ul>
  </section>`;
}

export function requestHtml({ engine, lang, session }: Seen, view: RequestView): string {
  const words = wordsOf(lang);
  const { request, kind, wish, steps } = view;
  const said =
    wish.text === undefined
      ? null
      : html`<h2>${words.requestSaid}</h2>
          <p class="text">${wish.text}</p>`;
  const about =
    // It may be gone by now, or rest on an id that is theirs no more.
    wish.decision === undefined || decisionOf(engine, session.subject, wish.decision) === undefined
      ? null
      : html`<p><a class="button" href="/me/decisions/${encodeURIComponent(wish.decision)}?lang=${lang}">${words.requestAbout}</a></p>`;
  const answers = steps.map(
    ({ step, at, text }) =>
      html`<h2>${words.requestSteps[step](dateOf(lang, at))}</h2>
        <p class="text">${text}</p>`,
  );
  const body = html`${standsHtml(lang, view)}${answers}${said}${about}
    <p><a class="button" href="/me?lang=${lang}">${words.back}</a></p>`;
  return framed({ lang, title: words.requestKinds[kind], path: `/me/requests/${encodeURIComponent(request)}`, session }, body);
}

/** When it was asked, and the clock, or how it ended. */
function standsHtml(lang: PortalLanguage, { openedAt, dueAt, state, overdue, closedAt }: RequestView): Html {
  const words = wordsOf(lang);
  const due = overdue ? words.requestLate(dateOf(lang, dueAt)) : words.requestDue(dateOf(lang, dueAt));
  const ended = state === 'open' ? due : words.requestSteps[state](dateOf(lang, closedAt ?? openedAt)).replace(/[\s\u00a0]*:$/u, '.');
  return html`<p>${words.requestAsked(dateOf(lang, openedAt))} ${ended}</p>`;
}
