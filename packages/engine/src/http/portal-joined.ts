// What somebody put into plans of others: each time what of theirs it went by, and the button that ends it. Whose plan it was is told to
// nobody: that somebody planned is theirs.
import { moneyTold } from '../answer/money-told.js';
import { limits } from '../base/limits.js';
import { html, type Html } from './first-screen-html.js';
import type { Joined } from './portal-known.js';
import { dateOf, form, itemsOf, wordsOf, type Seen } from './portal-page.js';

export function joinedHtml(seen: Seen, joined: readonly Joined[]): Html | null {
  if (joined.length === 0) return null;
  const { lang, session } = seen;
  const { plan } = wordsOf(lang);
  const cards = joined.slice(0, limits.portalDecisionsShown).map(
    (each) =>
      html`<li class="card">
        <p>${plan.joinedBy}</p>
        <ul>
          ${partsOf(seen, each).map((part) => html`<li>${part}</li>`)}
        </ul>
        <p class="soft">${dateOf(lang, each.at)}</p>
      </li>`,
  );
  const ending = { lang, session, action: '/me/choices', hidden: { purpose: 'personalise' } };
  return html`<h3>${plan.joined}</h3>
    <ul class="cards">
      ${cards}
    </ul>
    ${form(ending, html`<button name="choice" value="refused">${plan.stopWishes}</button>`)}`;
}

function partsOf({ engine, lang }: Seen, { wishes, interests }: Joined): string[] {
  const { plan } = wordsOf(lang);
  const { budget, pace, mustSee = [], avoid = [] } = wishes;
  const named = (items: readonly string[]): string => itemsOf(engine, lang, items);
  return [
    ...(budget === undefined ? [] : [plan.joinedBudget(moneyTold(lang, budget))]),
    ...(pace === undefined ? [] : [plan.joinedPace[pace]]),
    ...(mustSee.length === 0 ? [] : [plan.joinedMustSee(named(mustSee))]),
    ...(avoid.length === 0 ? [] : [plan.joinedAvoid(named(avoid))]),
    ...(interests.length === 0 ? [] : [plan.joinedLately(named(interests))]),
  ];
}
