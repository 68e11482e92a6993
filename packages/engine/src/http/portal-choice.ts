// A choice for the person it was made for, as portal-why.ts tells a ranking: two plain sentences (what was done or not, and what part
// chance had in it), what was used with a button against each, what was not, and what could not be chosen, with the rule.
import { limits } from '../base/limits.js';
import type { ChoiceRecord } from '../model/choice.js';
import { html, type Html } from './first-screen-html.js';
import { humanHtml } from './portal-human.js';
import { dateOf, framed, isolated, numberOf, usedCard, wordsOf, type Seen } from './portal-page.js';
import { unusedHtml, unusedKinds } from './portal-why.js';
import type { PortalLanguage } from './portal-words.js';

/** Probabilities this close are told as the same. */
const evenWithin = 0.0005;

/** What was chosen to be done, or that nothing was. */
export function choiceSentence(lang: PortalLanguage, { action }: ChoiceRecord): string {
  const words = wordsOf(lang);
  return action === null ? words.choseNothing : words.chose(words.quote(isolated(action)));
}

/** What part chance had, or why nothing was done. */
export function chanceSentence(lang: PortalLanguage, { held, propensity, candidates }: ChoiceRecord): string {
  const words = wordsOf(lang);
  if (held !== null) return words.choiceHeld[held];
  if (candidates.length < 2) return words.choiceOnly;
  // Before anything was learned, and in the arm of a trial that goes by nothing learned.
  if (candidates.every(({ probability }) => Math.abs(probability - propensity) < evenWithin))
    return words.choiceEven(numberOf(lang, candidates.length));
  return words.choiceChance(lotsOf(lang, propensity * 100));
}

/** As many digits as it takes to say neither none nor all of what had some of a hundred lots. */
function lotsOf(lang: PortalLanguage, percent: number): string {
  const least = Math.min(percent, 100 - percent);
  const digits = least > 0 && least < 0.1 ? 3 : 1;
  return new Intl.NumberFormat(lang, { maximumFractionDigits: digits }).format(percent);
}

export function choiceHtml(seen: Seen, record: ChoiceRecord): string {
  const { engine, lang, session } = seen;
  const words = wordsOf(lang);
  // Guardrails go by what a person declared about themselves.
  const kinds = unusedKinds(engine).filter((kind) => kind !== 'preference');
  const left = record.excluded
    .slice(0, limits.portalExcludedShown)
    .map(({ action, rule }) => html`<li>${words.quote(isolated(action))}: ${words.rules[rule]}.</li>`);
  const body = html`
    <p>${choiceSentence(lang, record)}</p>
    <p>${chanceSentence(lang, record)}</p>
    <p class="soft">${dateOf(lang, record.at)}</p>
    <h2>${words.used}</h2>
    <ul class="cards">
      ${usedHtml(seen, record)}
    </ul>
    ${unusedHtml(lang, kinds)}
    ${
      left.length === 0
        ? null
        : html`<h2>${words.leftOut}</h2>
            <ul>
              ${left}
            </ul>`
    }
    <ul class="cards">
      ${humanHtml({ lang, session }, record.id)}
    </ul>
    <p><a class="button" href="/me?lang=${lang}">${words.back}</a></p>
  `;
  return framed({ lang, title: words.why, path: `/me/decisions/${encodeURIComponent(record.id)}`, session }, body);
}

/** Each thing that was used, with the button that ends it. */
function usedHtml({ lang, session }: Seen, { candidates, features, segment, experiment }: ChoiceRecord): Html[] {
  const words = wordsOf(lang);
  const card = usedCard(lang, session);
  const rows = [card(words.usedPerson, 'personalise', words.stopPerson)];
  if (candidates.length > 0) rows.push(card(words.usedOutcomes, 'train', words.stopOthers));
  // What stands before the bar came with the request; after it stands how far the visit was.
  const saidByPage = features.length > 1 || segment.slice(0, segment.lastIndexOf('|')) !== '';
  if (saidByPage) rows.push(card(words.usedMoment));
  if (experiment !== null) rows.push(card(words.usedTrial(isolated(experiment.name)), 'personalise', words.stopTrial));
  return rows;
}
