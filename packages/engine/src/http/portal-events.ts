// Each thing that the person did, newest first, and the form that corrects one: an input for each plain property of its registered type.
import { limits } from '../base/limits.js';
import type { BehaviourEvent, Properties } from '../model/event.js';
import type { EventType, PropertyRule } from '../model/event-type.js';
import { html, type Html } from './first-screen-html.js';
import { newestOf } from './portal-known.js';
import { dateOf, form, framed, wordsOf, type Seen } from './portal-page.js';

export function eventsHtml(seen: Seen): string {
  const { engine, session, lang } = seen;
  const words = wordsOf(lang);
  const { events } = newestOf(engine, session.subject);
  const title = (item: unknown): string => (typeof item === 'string' ? (engine.core.catalogue.get(item)?.item.title ?? item) : '');
  const cards = events.slice(0, limits.portalEventsShown).map((event) => {
    const type = engine.core.registry.known(event.type)?.type;
    const item = type?.item === undefined ? '' : title(event.properties[type.item]);
    return html`<li class="card">
      <h2>${words.types[event.type] ?? event.type} ${item === '' ? null : html`<span class="soft">${item}</span>`}</h2>
      <p class="soft">${dateOf(lang, event.occurredAt)} · ${event.source}</p>
      <p>
        <a class="button" href="${pathOf(event)}&amp;lang=${lang}"
          >${words.correct}<span class="sr">: ${words.types[event.type] ?? event.type} ${item}</span></a
        >
      </p>
    </li>`;
  });
  const list =
    cards.length === 0
      ? html`<p>${words.nothingKnown}</p>`
      : html`<ul class="cards">
          ${cards}
        </ul>`;
  const body = html`<p>${words.eventsLead}</p>
    ${list}
    <p><a class="button" href="/me?lang=${lang}">${words.back}</a></p>`;
  return framed({ lang, title: words.events, path: '/me/events', session }, body);
}

function pathOf({ id, subject }: BehaviourEvent): string {
  return `/me/event?id=${encodeURIComponent(id)}&of=${encodeURIComponent(subject ?? '')}`;
}

/** The event of that id among the newest of the person; `of`: which of their ids it came with. */
export function ownEvent({ engine, session }: Seen, id: string, of: string): { event: BehaviourEvent; type: EventType } | undefined {
  const event = newestOf(engine, session.subject).events.find((each) => each.id === id && each.subject === of);
  const type = event === undefined ? undefined : engine.core.registry.known(event.type)?.type;
  return event === undefined || type === undefined ? undefined : { event, type };
}

export function eventHtml(seen: Seen, { event, type }: { readonly event: BehaviourEvent; readonly type: EventType }): string {
  const { lang, session } = seen;
  const words = wordsOf(lang);
  const inputs = plainRules(type).map(([name, rule], place) => inputHtml(`value-${place}`, name, rule, event.properties[name]));
  const hidden = { id: event.id, of: event.subject ?? '' };
  const body = html`<p>${words.correctLead}</p>
    <p class="soft">${words.types[event.type] ?? event.type} · ${dateOf(lang, event.occurredAt)} · ${event.source}</p>
    ${form({ lang, session, action: '/me/corrections', hidden }, [...inputs, html`<button>${words.save}</button>`])}
    <p><a class="button" href="/me/events?lang=${lang}">${words.back}</a></p>`;
  return framed({ lang, title: words.correct, path: pathOf(event), session }, body);
}

function inputHtml(id: string, name: string, rule: PropertyRule, value: unknown): Html {
  const text = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
  const mode = rule.type === 'number' ? 'decimal' : rule.type === 'integer' ? 'numeric' : 'text';
  const input =
    rule.required === true
      ? html`<input id="${id}" name="p.${name}" value="${text}" inputmode="${mode}" autocomplete="off" required />`
      : html`<input id="${id}" name="p.${name}" value="${text}" inputmode="${mode}" autocomplete="off" />`;
  return html`<label for="${id}">${name}</label>${input}`;
}

function plainRules({ properties }: EventType): (readonly [string, PropertyRule])[] {
  return Object.entries(properties).filter(([, { type }]) => type !== 'object' && type !== 'objects' && type !== 'strings');
}

/** What the form says in the place of an event's properties; undefined: a value is none of its kind. Emptied means taken out. */
export function correctedBy(fields: URLSearchParams, { properties }: BehaviourEvent, type: EventType): Properties | undefined {
  const right: Record<string, unknown> = { ...properties };
  for (const [name, rule] of plainRules(type)) {
    const text = fields.get(`p.${name}`)?.trim();
    if (text === undefined) continue;
    if (text === '') {
      delete right[name];
      continue;
    }
    const value = valueOf(rule, text);
    if (value === undefined) return undefined;
    right[name] = value;
  }
  return right;
}

function valueOf({ type }: PropertyRule, text: string): string | number | boolean | undefined {
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  if (type !== 'number' && type !== 'integer') return text;
  const value = Number(text.replace(',', '.'));
  return Number.isFinite(value) ? value : undefined;
}
