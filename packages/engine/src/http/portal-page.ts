// What all pages of the portal share: the frame, dates and lists in the language, the forms. No page has a script; every form is a POST
// with the session's token; a page states its language and direction.
import type { Purpose } from '../model/purpose.js';
import type { Engine } from '../runtime/engine.js';
import { html, type Html, type HtmlPart } from './first-screen-html.js';
import type { Session } from './portal-session.js';
import { portalLanguages, type PortalLanguage, type PortalWords } from './portal-words.js';

/** Whose page it is, in which language. */
export interface Seen {
  readonly engine: Engine;
  readonly session: Session;
  readonly lang: PortalLanguage;
}

export interface Framing {
  readonly lang: PortalLanguage;
  readonly title: string;
  /** Where this page is, for the links to other languages; null: it cannot be asked for again. */
  readonly path: string | null;
  readonly session: Session | null;
  /** The page says what was wrong with what was sent. */
  readonly failed?: boolean;
}

export function wordsOf(lang: PortalLanguage): PortalWords {
  return portalLanguages[lang];
}

export function framed({ lang, title, path, session, failed = false }: Framing, body: HtmlPart): string {
  const words = wordsOf(lang);
  const minutes = session === null ? 0 : Math.ceil(session.lastsMs / 60_000);
  const page = html`<html lang="${lang}" dir="${words.dir}">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>${failed ? `${words.error}: ` : ''}${title}</title>
      <link rel="icon" href="data:," />
      <link rel="stylesheet" href="/me.css" />
    </head>
    <body>
      <a class="skip" href="#content">${words.skip}</a>
      <header>
        ${path === null ? null : languageLinks(lang, path)}
        ${session === null ? null : form({ lang, session, action: '/me/leave' }, html`<button>${words.leave}</button>`)}
      </header>
      <main id="content" tabindex="-1">
        <h1>${title}</h1>
        ${body} ${session === null ? null : html`<p class="soft">${words.visitEnds(numberOf(lang, minutes), minutes)}</p>`}
      </main>
    </body>
  </html>`;
  return `<!doctype html>${page.text.replace(/\n\s+/g, '\n')}`;
}

function languageLinks(lang: PortalLanguage, path: string): Html {
  const to = (tag: string): string => `${path}${path.includes('?') ? '&' : '?'}lang=${tag}`;
  const links = Object.entries(portalLanguages).map(([tag, { name, dir }]) =>
    tag === lang
      ? html`<li><a href="${to(tag)}" aria-current="true" lang="${tag}" dir="${dir}">${name}</a></li>`
      : html`<li><a href="${to(tag)}" hreflang="${tag}" lang="${tag}" dir="${dir}">${name}</a></li>`,
  );
  return html`<nav aria-label="${wordsOf(lang).language}">
    <ul>
      ${links}
    </ul>
  </nav>`;
}

export interface FormParts {
  readonly lang: PortalLanguage;
  readonly session: Session;
  readonly action: string;
  readonly hidden?: Readonly<Record<string, string>>;
  /** Two buttons side by side, of the same size. */
  readonly pair?: boolean;
}

export function form({ lang, session, action, hidden = {}, pair = false }: FormParts, inside: HtmlPart): Html {
  const inputs = Object.entries({ token: session.token, ...hidden }).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  );
  return html`<form method="post" action="${action}?lang=${lang}" class="${pair ? 'pair' : ''}">${inputs}${inside}</form>`;
}

/** Tells of one thing that was used, with the button that ends it where there is one. */
export function usedCard(lang: PortalLanguage, session: Session): (text: string, purpose?: Purpose, label?: string) => Html {
  return (text, purpose, label = '') =>
    html`<li class="card">
      <p>${text}</p>
      ${
        purpose === undefined
          ? null
          : form(
              { lang, session, action: '/me/choices', hidden: { purpose } },
              html`<button name="choice" value="refused">${label}</button>`,
            )
      }
    </li>`;
}

/** A moment, in the language, in UTC, which it says: the page knows no zone of the person, and a deadline is one. */
export function dateOf(lang: PortalLanguage, ms: number): string {
  return `${new Intl.DateTimeFormat(lang, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(ms)} UTC`;
}

/** A day (ISO 8601), in the language. */
export function dayOf(lang: PortalLanguage, day: string): string {
  return new Intl.DateTimeFormat(lang, { dateStyle: 'long', timeZone: 'UTC' }).format(Date.parse(day));
}

/**
 * A text that somebody sent, for a sentence: whatever its direction, it stirs nothing around it. It stands between Unicode's FSI and PDI,
 * and what would turn the sentence over is taken out.
 */
export function isolated(text: string): string {
  return `\u2068${text.replaceAll(/[\u202a-\u202e\u2066-\u2069]/gu, '')}\u2069`;
}

/** What an item is called. */
export function titleOf({ core }: Engine, item: string): string {
  return isolated(core.catalogue.titleOf(item));
}

export function listOf(lang: PortalLanguage, names: readonly string[]): string {
  return new Intl.ListFormat(lang, { type: 'conjunction' }).format(names);
}

/** Items by their titles, in quotes. */
export function itemsOf(engine: Engine, lang: PortalLanguage, items: readonly string[]): string {
  const { quote } = wordsOf(lang);
  return listOf(
    lang,
    items.map((item) => quote(titleOf(engine, item))),
  );
}

export function numberOf(lang: PortalLanguage, value: number): string {
  return new Intl.NumberFormat(lang).format(value);
}
