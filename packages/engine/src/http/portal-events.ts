// Each thing that the person did, newest first, and the form that corrects one: an input for each plain property of its registered type.
import { limits } from '../base/limits.js';
import type { BehaviourEvent, Properties } from '../model/event.js';
import type { EventType, PropertyRule } from '../model/event-type.js';
import { html, type Html } from './first-screen-html.js';
import { newestOf } from './portal-known.js';
import { dateOf, form, framed, isolated, numberOf, titleOf, wordsOf, type Seen } from './portal-page.js';

/** One page of them; `page` from 1 on. */
export function eventsHtml(seen: Seen, page: number): string {
  const { engine, session, lang } = seen;
  const words = wordsOf(lang);
  const { events, total } = newestOf(engine, session.subject);
  const pages = Math.max(1, Math.ceil(events.length / limits.portalEventsShown));
  const at = Number.isInteger(page) ? Math.min(Math.max(page, 1), pages) : 1;
  const cards = events.slice((at - 1) * limits.portalEventsShown, at * limits.portalEventsShown).map((event) => {
    const type = engine.core.registry.known(event.type)?.type;
    const given = type?.item === undefined ? undefined : event.properties[type.item];
    const item = typeof given === 'string' ? titleOf(engine, given) : '';
    return html`<li class="card">
      <h2>${words.types[event.type] ?? event.type} ${item === '' ? null : html`<span class="soft">${item}</span>`}</h2>
      <p class="soft">${dateOf(lang, event.occurredAt)} · ${isolated(event.source)}</p>
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
  const to = (other: number, label: string): Html | null =>
    other < 1 || other > pages ? null : html`<a class="button" href="/me/events?page=${other}&amp;lang=${lang}">${label}</a> `;
  const body = html`<p>${words.eventsLead}</p>
    ${list}
    ${
      at === pages && total > limits.portalEventsRead
        ? html`<p class="soft">${words.newest(numberOf(lang, limits.portalEventsRead))}</p>`
        : null
    }
    <p>${to(at - 1, words.newer)}${to(at + 1, words.older)}<a class="button" href="/me?lang=${lang}">${words.back}</a></p>`;
  const title = pages === 1 ? words.events : `${words.events} (${numberOf(lang, at)}/${numberOf(lang, pages)})`;
  return framed({ lang, title, path: at === 1 ? '/me/events' : `/me/events?page=${at}`, session }, body);
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

/** What was sent and could not be done: `name` is the property that does not fit, or that is another by now. */
export interface Refused {
  readonly fields: URLSearchParams;
  readonly why: 'misfit' | 'changed';
  readonly name: string;
}

/** `refused`: what was sent before; it stands in the form again, unless the event is another by now. */
export function eventHtml(
  seen: Seen,
  { event, type }: { readonly event: BehaviourEvent; readonly type: EventType },
  refused?: Refused,
): string {
  const { lang, session } = seen;
  const words = wordsOf(lang);
  const given = refused?.why === 'misfit' ? refused.fields : undefined;
  const inputs = plainRules(type).map(([name, rule], place) => {
    const held = textOf(event.properties[name]);
    return inputHtml({ id: `value-${place}`, name, rule, held, text: given?.get(`p.${name}`) ?? held, wrong: refused?.name === name });
  });
  const hidden = { id: event.id, of: event.subject ?? '' };
  const said = refused === undefined ? null : (refused.why === 'misfit' ? words.misfit : words.changedMeanwhile)(isolated(refused.name));
  const body = html`${said === null ? null : html`<p class="said" id="wrong" role="alert">${said}</p>`}
    <p>${words.correctLead}</p>
    <p class="soft">${words.types[event.type] ?? event.type} · ${dateOf(lang, event.occurredAt)} · ${isolated(event.source)}</p>
    ${form({ lang, session, action: '/me/corrections', hidden }, [...inputs, html`<button>${words.save}</button>`])}
    <p><a class="button" href="/me/events?lang=${lang}">${words.back}</a></p>`;
  return framed({ lang, title: words.correct, path: pathOf(event), session, failed: refused !== undefined }, body);
}

interface InputParts {
  readonly id: string;
  readonly name: string;
  readonly rule: PropertyRule;
  /** The value as the event has it: it comes back with the form, to tell what the person has changed. */
  readonly held: string;
  readonly text: string;
  readonly wrong: boolean;
}

function inputHtml({ id, name, rule, held, text, wrong }: InputParts): Html {
  const mode = rule.type === 'number' ? 'decimal' : rule.type === 'integer' ? 'numeric' : 'text';
  const required = rule.required === true ? html` required` : null;
  const marked = wrong ? html` aria-invalid="true" aria-describedby="wrong" autofocus` : null;
  // An input takes out the ends of lines; a text area leaves out a first one.
  const input = /[\r\n]/u.test(held)
    ? html`<textarea id="${id}" name="p.${name}" rows="3" autocomplete="off" ${required}${marked}>${`\n${text}`}</textarea>`
    : html`<input id="${id}" name="p.${name}" value="${text}" inputmode="${mode}" autocomplete="off" ${required}${marked} />`;
  return html`<label for="${id}">${name}</label>${input}<input type="hidden" name="o.${name}" value="${held}" />`;
}

function plainRules({ properties }: EventType): (readonly [string, PropertyRule])[] {
  return Object.entries(properties).filter(([, { type }]) => type !== 'object' && type !== 'objects' && type !== 'strings');
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/**
 * The event's properties with what the person has changed in the form; emptied means taken out. Fails with the property whose value is
 * none of its kind, or that is not as the form showed it any more.
 */
export function correctedBy(
  fields: URLSearchParams,
  { properties }: BehaviourEvent,
  type: EventType,
): { readonly ok: true; readonly value: Properties } | ({ readonly ok: false } & Pick<Refused, 'why' | 'name'>) {
  const right: Record<string, unknown> = { ...properties };
  for (const [name, rule] of plainRules(type)) {
    const given = lined(fields.get(`p.${name}`));
    const shown = lined(fields.get(`o.${name}`));
    if (given === undefined || given === shown) continue;
    if (shown !== undefined && shown !== lined(textOf(properties[name]))) return { ok: false, why: 'changed', name };
    const text = given.trim();
    const value = text === '' ? null : valueOf(rule, text);
    if (value === undefined) return { ok: false, why: 'misfit', name };
    if (value === null) delete right[name];
    else right[name] = value;
  }
  return { ok: true, value: right };
}

/** A form sends each end of a line as two characters. */
function lined(text: string | null): string | undefined;
function lined(text: string): string;
function lined(text: string | null): string | undefined {
  return text?.replaceAll(/\r\n?/gu, '\n');
}

function valueOf({ type }: PropertyRule, text: string): string | number | boolean | undefined {
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  return type === 'number' || type === 'integer' ? numberIn(text) : text;
}

/**
 * A number as people write one: digits of any of the portal's scripts, a point or a comma before the decimals. undefined: it is none, or
 * nobody can say which is meant (1,234).
 */
function numberIn(text: string): number | undefined {
  const digits = text.replaceAll(/[\u0660-\u0669\u06f0-\u06f9]/gu, (digit) => ((digit.codePointAt(0) ?? 0) & 15).toString());
  const plain = digits.replace('\u066b', '.').replace('\u2212', '-');
  if (!/^-?\d+(?:[.,]\d+)?$/u.test(plain) || /^-?\d{1,3},\d{3}$/u.test(plain)) return undefined;
  return Number(plain.replace(',', '.'));
}
