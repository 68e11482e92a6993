// A plan for the person it was made for, as portal-why.ts tells a ranking: what was planned or why there is none, each stop with what
// spoke for it, what was used with a button against each, what was not, and what is not in it, with the rule. Of who comes along it tells
// a count. Times of stops are told as the clocks of the place show them, by the offset that the plan was asked with.
import { limits } from '../base/limits.js';
import { speakingFor } from '../influence/plan/speaking.js';
import type { PlanRecord, PlanStop } from '../model/plan.js';
import type { Engine } from '../runtime/engine.js';
import { html, type Html } from './first-screen-html.js';
import { humanHtml } from './portal-human.js';
import { dateOf, framed, itemsOf, listOf, numberOf, titleOf, usedCard, wordsOf, type Seen } from './portal-page.js';
import { unusedHtml, unusedKinds } from './portal-why.js';
import type { PortalLanguage } from './portal-words.js';

/** What was planned, or that there is no such plan. */
export function planSentence(engine: Engine, lang: PortalLanguage, { stops, refused }: PlanRecord): string {
  const { plan } = wordsOf(lang);
  const listed = (items: readonly string[]): string => itemsOf(engine, lang, items);
  if (refused !== null) {
    const { rule, items } = refused;
    const together = items.length > 1 && rule !== 'too_many' ? plan.together[rule] : plan.rules[rule];
    if (together !== undefined) return plan.plannedNone(listed(items), together);
    return items.map((item) => plan.plannedNone(listed([item]), plan.rules[rule])).join(' ');
  }
  return stops.length === 0 ? plan.plannedEmpty : plan.planned(listed(stops.map(({ item }) => item)));
}

export function planHtml(seen: Seen, record: PlanRecord): string {
  const { engine, lang, session } = seen;
  const words = wordsOf(lang);
  const left = record.passedOver
    .slice(0, limits.portalExcludedShown)
    .map(({ item, rule }) => html`<li>${words.quote(titleOf(engine, item))}: ${words.plan.rules[rule]}.</li>`);
  const offsetMs = (record.asked.utcOffsetMinutes ?? 0) * 60_000;
  const stops = record.stops.map(
    (stop, at) =>
      html`<li class="card">
        <h3>${numberOf(lang, at + 1)}. ${titleOf(engine, stop.item)}</h3>
        <p>${timesOf(lang, stop, offsetMs)}</p>
        <p class="soft">${stopSentences(lang, record, stop)}</p>
      </li>`,
  );
  // What people wish of a plan is what they told of themselves.
  const kinds = unusedKinds(engine).filter((kind) => kind !== 'preference');
  const body = html`
    <p>${planSentence(engine, lang, record)}</p>
    <p>${words.plan.how} ${record.asked.disruption === undefined ? null : words.plan.changed}</p>
    <p class="soft">${dateOf(lang, record.at)}</p>
    ${
      stops.length === 0
        ? null
        : html`<h2>${words.plan.stops}</h2>
            <ol class="cards">
              ${stops}
            </ol>`
    }
    <h2>${words.used}</h2>
    <ul class="cards">
      ${usedHtml(seen, record)}
    </ul>
    ${unusedHtml(lang, kinds)}
    ${
      left.length === 0
        ? null
        : html`<h2>${words.plan.leftOut}</h2>
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

function timesOf(lang: PortalLanguage, { arriveAt, leaveAt }: PlanStop, offsetMs: number): string {
  const format = new Intl.DateTimeFormat(lang, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
  return format.formatRange(arriveAt + offsetMs, leaveAt + offsetMs);
}

function stopSentences(lang: PortalLanguage, record: PlanRecord, stop: PlanStop): string {
  const { plan } = wordsOf(lang);
  const shown = speakingFor(record, stop).slice(0, limits.reasonsPerItemMax);
  const people = shown.find((reason) => reason.people !== undefined)?.people;
  const names = shown.map(({ kind }) => plan.reasons[kind]);
  return [
    ...(stop.mustSee ? [plan.mustSee] : []),
    ...(names.length === 0 ? [] : [plan.speaks(listOf(lang, names))]),
    ...(people === undefined ? [] : [plan.people(numberOf(lang, people))]),
  ].join(' ');
}

/** Each thing that was used, with the button that ends it. */
function usedHtml({ lang, session }: Seen, { own, members, problem }: PlanRecord): Html[] {
  const { plan, stopVisit, stopOthers } = wordsOf(lang);
  const card = usedCard(lang, session);
  const rows: Html[] = [];
  if (own !== null && Object.keys(own).length > 0) rows.push(card(plan.usedWishes, 'personalise', plan.stopWishes));
  const lately = problem.candidates.some(({ reasons }) => reasons.some(({ kind }) => kind === 'own_interest'));
  if (lately) rows.push(card(plan.usedLately, 'personalise', stopVisit));
  if (problem.candidates.length > 0) rows.push(card(plan.usedPlaces, 'train', stopOthers));
  if (members > 0) rows.push(card(plan.usedGroup(numberOf(lang, members))));
  return [...rows, card(plan.usedAsked)];
}
