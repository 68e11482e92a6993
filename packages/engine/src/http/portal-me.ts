// The page of the portal itself: what it may be used for, what is known, who received it, what was decided, and what else can be done.
import { limits } from '../base/limits.js';
import type { Engine } from '../runtime/engine.js';
import { html, type Html } from './first-screen-html.js';
import { kindsOf, newestOf, profileOf, purposeStates, type Decided, type Newest, type PurposeState } from './portal-known.js';
import { choiceSentence } from './portal-choice.js';
import { humanHtml } from './portal-human.js';
import { joinedHtml } from './portal-joined.js';
import { planSentence } from './portal-plan.js';
import { dateOf, form, framed, isolated, listOf, numberOf, titleOf, wordsOf, type Seen } from './portal-page.js';
import { firstSentence } from './portal-why.js';
import { requestsHtml } from './portal-requests.js';
import type { PortalRights } from './portal-rights.js';
import { traitName, traitValue } from './portal-trait.js';
import type { Done, PortalLanguage } from './portal-words.js';

export interface Overview extends Seen {
  readonly rights: PortalRights;
  readonly done: Done | null;
  /** The request carries the objection signal. */
  readonly signal: boolean;
}

export function meHtml(seen: Overview): string {
  const { engine, session, lang, done, signal } = seen;
  const words = wordsOf(lang);
  const profile = profileOf(engine, session.subject);
  const others = (profile?.ids ?? []).filter((id) => id !== session.subject);
  const newest = newestOf(engine, session.subject);
  const body = html`
    ${done === null ? null : html`<p class="said" role="status">${words.done[done]}</p>`}
    <p>${words.lead}</p>
    <p class="soft">
      ${words.as(isolated(session.subject))} ${others.length === 0 ? null : words.linked(listOf(lang, others.map(isolated)))}
    </p>
    <section id="purposes" aria-labelledby="purposes-title">
      <h2 id="purposes-title">${words.purposes}</h2>
      <p class="soft">${words.purposesLead}</p>
      ${signal ? html`<p class="said">${words.signal}</p>` : null}
      <ul class="cards">
        ${purposeStates(engine, session.subject).map((state) => purposeHtml(seen, state))}
        <li class="card">
          <h3>${words.every}</h3>
          ${form(
            { lang, session, action: '/me/choices', hidden: { purpose: 'all' }, pair: true },
            html`<button name="choice" value="granted">${words.allowAll}</button
              ><button name="choice" value="refused">${words.refuseAll}</button>`,
          )}
        </li>
      </ul>
      ${profile?.consent == null ? null : html`<p><a class="button" href="/me/choices.json?lang=${lang}">${words.choicesFile}</a></p>`}
    </section>
    <section id="known" aria-labelledby="known-title">
      <h2 id="known-title">${words.known}</h2>
      ${knownHtml(seen, profile?.traits ?? {}, newest)}
      <h3>${words.received}</h3>
      <p>${receivedText(seen)}</p>
    </section>
    <section id="decisions" aria-labelledby="decisions-title">
      <h2 id="decisions-title">${words.decisions}</h2>
      ${decisionsHtml(seen, newest)} ${joinedHtml(seen, newest.joined)}
    </section>
    ${requestsHtml(lang, seen.rights.requests(session.subject))}
    <section id="rights" aria-labelledby="rights-title">
      <h2 id="rights-title">${words.rights}</h2>
      <ul class="cards">
        ${rightsHtml(seen, profile?.consent?.restricted === true)}
      </ul>
    </section>
  `;
  return framed({ lang, title: words.title, path: '/me', session }, body);
}

function purposeHtml({ lang, session }: Seen, { purpose, stand, basis }: PurposeState): Html {
  const words = wordsOf(lang);
  const [name, sentence] = words.purpose[purpose];
  const granted = stand?.choice === 'granted';
  const refused = stand !== undefined && !granted && stand.choice !== 'lapsed';
  const said = granted ? words.allowed(dateOf(lang, stand.at)) : refused ? words.refused(dateOf(lang, stand.at)) : null;
  const state =
    basis === undefined ? (said ?? words.silent) : `${said ?? ''} ${words.basis(words.bases[basis.basis], isolated(basis.reason))}`;
  const button = (choice: string, label: string, holds: boolean): Html => {
    const inside = html`${label}<span class="sr">: ${name}</span>`;
    return holds
      ? html`<button name="choice" value="${choice}" aria-current="true">${inside}</button>`
      : html`<button name="choice" value="${choice}">${inside}</button>`;
  };
  return html`<li class="card" id="purpose-${purpose}">
    <h3>${name}</h3>
    <p>${sentence}</p>
    <p class="soft">${state}</p>
    ${form({ lang, session, action: '/me/choices', hidden: { purpose }, pair: true }, [
      button('granted', words.allow, granted),
      button('refused', words.refuse, refused),
    ])}
  </li>`;
}

function knownHtml({ engine, lang }: Seen, traits: Readonly<Record<string, unknown>>, newest: Newest): Html {
  const words = wordsOf(lang);
  const names = Object.keys(traits);
  const kinds = kindsOf(engine, newest.events);
  if (names.length === 0 && kinds.length === 0) return html`<p>${words.nothingKnown}</p>`;
  const traitOf = new Map(engine.core.traits.map((trait) => [trait.name, trait]));
  const specOf = new Map(engine.core.definitions.traits.map((spec) => [spec.name, spec]));
  const naming = { lang, item: (id: string): string => titleOf(engine, id), type: (name: string): string => words.types[name] ?? name };
  const [what, times, from, why, category] = words.columns;
  const cell = (name: string, text: string): Html => html`<td data-name="${name}">${text}</td>`;
  return html`<dl>
      ${names.map((name) => {
        const trait = traitOf.get(name);
        if (trait === undefined) return null;
        const use = html` <span class="soft">(${words.purpose[trait.purpose][0]})</span>`;
        return html`<dt>${traitName(words, name, trait.kind)}${use}</dt>
          <dd>${traitValue(naming, trait.kind, traits[name], specOf.get(name))}</dd>`;
      })}
    </dl>
    <h3>${words.did}</h3>
    <div class="wide" tabindex="0" role="region" aria-label="${words.did}">
      <table>
        <thead>
          <tr>
            ${words.columns.map((name) => html`<th scope="col">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${kinds.map(
            ({ type, source, purposes, times: count }) =>
              html`<tr>
                ${cell(what, naming.type(type.name))}${cell(times, numberOf(lang, count))}${cell(from, isolated(source))}${cell(
                  why,
                  listOf(
                    lang,
                    purposes.map((purpose) => words.purpose[purpose][0]),
                  ),
                )}${cell(category, words.categories[type.category])}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${newest.total > limits.portalEventsRead ? html`<p class="soft">${words.newest(numberOf(lang, limits.portalEventsRead))}</p>` : null}
    <p><a class="button" href="/me/events?lang=${lang}">${words.seeEach}</a></p>`;
}

function receivedText({ rights, session, lang }: Overview): string {
  const words = wordsOf(lang);
  const names = rights.recipients(session.subject);
  return names.length === 0 ? words.nobody : words.receivedBy(listOf(lang, names.map(isolated)));
}

function decidedSentence(engine: Engine, lang: PortalLanguage, record: Decided): string {
  if (record.kind === 'rank') return firstSentence(engine, lang, record);
  return record.kind === 'choose' ? choiceSentence(lang, record) : planSentence(engine, lang, record);
}

function decisionsHtml({ engine, lang }: Seen, { decisions, total }: Newest): Html {
  const words = wordsOf(lang);
  const among = numberOf(lang, limits.portalEventsRead);
  if (decisions.length === 0) return html`<p>${total > limits.portalEventsRead ? words.noneAmong(among) : words.noDecisions}</p>`;
  const cards = decisions.slice(0, limits.portalDecisionsShown).map(
    (record) =>
      html`<li class="card">
        <p>${decidedSentence(engine, lang, record)}</p>
        <p class="soft">${dateOf(lang, record.at)}</p>
        <p><a class="button" href="/me/decisions/${encodeURIComponent(record.id)}?lang=${lang}">${words.why}</a></p>
      </li>`,
  );
  return html`<ul class="cards">
    ${cards}
  </ul>`;
}

function rightsHtml({ lang, session }: Overview, frozen: boolean): Html[] {
  const words = wordsOf(lang);
  const card = (name: string, lead: string, inside: Html): Html =>
    html`<li class="card">
      <h3>${name}</h3>
      <p>${lead}</p>
      ${inside}
    </li>`;
  const freeze = { lang, session, action: '/me/restriction', hidden: { restricted: frozen ? 'no' : 'yes' } };
  return [
    card(words.download, words.downloadLead, html`<a class="button" href="/me/download?lang=${lang}">${words.download}</a>`),
    card(words.object, words.objectLead, form({ lang, session, action: '/me/objection' }, html`<button>${words.object}</button>`)),
    humanHtml({ lang, session }, null),
    card(words.freeze, words.freezeLead, form(freeze, html`<button>${frozen ? words.thaw : words.freeze}</button>`)),
    card(words.forget, words.forgetLead, html`<a class="button" href="/me/forget?lang=${lang}">${words.forget}</a>`),
  ];
}
