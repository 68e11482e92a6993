// A decision for the person it was made for: two plain sentences (what came first and why; what would have been there otherwise), what was
// used and what was not, and a button against each use. The second sentence is a counterfactual, verified by deciding it again.
import { limits } from '../base/limits.js';
import type { Counterfactual } from '../answer/counterfactual.js';
import type { DecisionRecord, Reason } from '../model/decision.js';
import type { DataCategory } from '../model/event-type.js';
import type { Engine } from '../runtime/engine.js';
import { html, type Html } from './first-screen-html.js';
import { humanHtml } from './portal-human.js';
import { dateOf, form, framed, itemsOf, listOf, titleOf, wordsOf, type Seen } from './portal-page.js';
import type { PortalLanguage, PortalWords } from './portal-words.js';

export function firstSentence(engine: Engine, lang: PortalLanguage, { answer }: DecisionRecord): string {
  const words = wordsOf(lang);
  const [first] = answer;
  if (first === undefined) return words.emptyAnswer;
  const title = (item: string): string => titleOf(engine, item);
  const [reason] = [...first.reasons].sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  return `${words.first(title(first.item))} ${reason === undefined ? '' : becauseOf(words, first.item, reason, title)}`;
}

function becauseOf(words: PortalWords, of: string, { kind, item = '', people }: Reason, title: (item: string) => string): string {
  const isItself = item === of && (kind === 'visits_like_yours' || kind === 'went_on_to');
  return isItself ? words.reasonsOfItself[kind](people) : words.reasons[kind](title(item), people);
}

/** What would have changed it, as one sentence; null: it may not be decided again. */
export function secondSentence(engine: Engine, lang: PortalLanguage, change: Counterfactual | null): string {
  const words = wordsOf(lang);
  if (change === null) return words.notAgain;
  const { without, instead, asRecorded } = change;
  const title = (item: string): string => titleOf(engine, item);
  const told = (): string => {
    const [removal] = without;
    if (removal === undefined || instead === null) return words.nothingChanges;
    if (removal.kind === 'candidate') return words.hadItNot(title(removal.name), title(instead));
    const views = without.filter(({ kind }) => kind === 'input').map(({ name }) => words.quote(title(name)));
    if (views.length === without.length) return words.hadYouNot(listOf(lang, views), title(instead));
    return removal.kind === 'inputs' ? words.hadYouNot(words.usedBefore, title(instead)) : words.hadThePage(title(instead));
  };
  return asRecorded ? told() : `${words.movedOn} ${told()}`;
}

export async function decisionHtml(seen: Seen, record: DecisionRecord): Promise<string> {
  const { engine, lang, session } = seen;
  const words = wordsOf(lang);
  const changes = await engine.counterfactual(record);
  const body = html`
    <p>${firstSentence(engine, lang, record)}</p>
    <p>${secondSentence(engine, lang, changes.ok ? changes.value : null)}</p>
    <p class="soft">${dateOf(lang, record.at)}</p>
    <h2>${words.used}</h2>
    <ul class="cards">
      ${usedHtml(seen, record)}
    </ul>
    ${unusedHtml(lang, unusedKinds(engine))}
    <ul class="cards">
      ${humanHtml({ lang, session }, record.id)}
    </ul>
    <p><a class="button" href="/me?lang=${lang}">${words.back}</a></p>
  `;
  return framed({ lang, title: words.why, path: `/me/decisions/${encodeURIComponent(record.id)}`, session }, body);
}

/** Each thing that was used, with the button that ends it. */
function usedHtml({ engine, lang, session }: Seen, { inputs, pins, exclude, filter, answer }: DecisionRecord): Html[] {
  const words = wordsOf(lang);
  const against = (purpose: string, label: string): Html =>
    form({ lang, session, action: '/me/choices', hidden: { purpose } }, html`<button name="choice" value="refused">${label}</button>`);
  const rows: Html[] = [];
  if (inputs.length > 0) {
    const views = [...new Set(inputs)].slice(-limits.queryItemsMax);
    rows.push(
      html`<li class="card">
        <p>${words.usedVisit(itemsOf(engine, lang, views))}</p>
        ${against('personalise', words.stopVisit)}
      </li>`,
    );
  }
  if (answer.some(({ score }) => score > -1)) {
    rows.push(
      html`<li class="card">
        <p>${words.usedOthers}</p>
        ${against('train', words.stopOthers)}
      </li>`,
    );
  }
  if (pins.length > 0 || exclude.length > 0 || Object.keys(filter).length > 0)
    rows.push(html`<li class="card"><p>${words.usedShop}</p></li>`);
  return rows;
}

/** What was not used, of whatever was decided. */
export function unusedHtml(lang: PortalLanguage, kinds: readonly DataCategory[]): Html {
  const words = wordsOf(lang);
  const named = kinds.map((kind) => words.categories[kind]);
  return html`<h2>${words.notUsed}</h2>
    <ul>
      <li>${words.unusedBefore}</li>
      ${named.length === 0 ? null : html`<li>${words.unusedKinds(listOf(lang, named))}</li>`}
      <li>${words.unusedPeople}</li>
    </ul>`;
}

/** Categories of data that are kept here and of which a ranking reads nothing: it goes by what counts as interest in an item. */
export function unusedKinds({ core }: Engine): DataCategory[] {
  const types = core.registry.list();
  const read = new Set(types.filter(({ counts }) => counts === true).map(({ category }) => category));
  return [...new Set(types.map(({ category }) => category))].filter((category) => !read.has(category));
}
