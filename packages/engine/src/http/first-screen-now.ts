// The part of the first screen that is live: the heading, what was turned away, and the four steps of one event. Pure: data to HTML.
import { html, type Html } from './first-screen-html.js';
import type { Moment, ScreenDecision } from './first-screen-moment.js';
import type { TraitChange } from './first-screen-change.js';
import { timeText } from './first-screen-trait.js';

export interface Now {
  /** null: nothing came yet. */
  readonly moment: Moment | null;
  /** The person's id as the viewer may see it. */
  readonly subject: string;
  /** Events turned away for want of a grant, and those that came twice, since the server started. */
  readonly withoutGrant: number;
  readonly twice: number;
  readonly items: number;
  readonly demo: 'absent' | 'idle' | 'starting' | 'running';
}

/** What a screen reader hears when the screen changes: one sentence. */
export function sayNow({ moment, withoutGrant, subject }: Now): string {
  if (moment !== null) return `${moment.type} by ${subject} is in${moment.changes.length > 0 ? ', and changed the profile' : ''}.`;
  return withoutGrant > 0 ? 'An event came and was turned away: it carried no consent.' : 'Waiting for your first event.';
}

export function nowHtml(now: Now): Html {
  const { moment } = now;
  return html`<section class="hero ${moment === null ? 'is-waiting' : 'is-live'}">
      <p class="pulse">
        <span class="dot" aria-hidden="true"></span>${moment === null ? 'Listening' : 'Live'}${
          isSynthetic(now) ? html` <span class="badge">synthetic world: nobody in it exists</span>` : null
        }
      </p>
      <h1>${moment === null ? 'Waiting for your first event' : headline(moment, now.subject)}</h1>
      <p class="lead">
        ${
          moment === null
            ? 'Send one with a line below. It appears here at once, with the profile it changes, the decision it leads to, and why.'
            : 'One event, and what came of it. The newest takes its place here.'
        }
      </p>
      ${now.withoutGrant > 0 ? turnedAway(now) : null}
    </section>
    <ol class="steps">
      ${steps(now)}
    </ol>`;
}

/** Behind the button, or sent from elsewhere (`ethogram demo`): what nobody did says so. */
function isSynthetic({ demo, moment }: Now): boolean {
  return demo === 'running' || demo === 'starting' || moment?.source === 'synthetic';
}

function steps(now: Now): Html[] {
  const { moment } = now;
  if (moment === null)
    return [
      step('The event', waiting('Its type, its time, and whose it is.')),
      step('The profile', waiting('Each trait, before and after.')),
      step('The decision', waiting('What this person would be shown next.')),
      step('Why', waiting('Each reason, in a sentence.')),
    ];
  return [
    step('The event', eventBody(moment, now.subject)),
    step('The profile it changed', profileBody(moment.changes)),
    step('The decision it leads to', decisionBody(moment.decision, now)),
    step('Why', whyBody(moment.decision)),
  ];
}

function headline({ type, item }: Moment, subject: string): Html {
  const did = type.endsWith('.viewed') ? 'viewed' : type.endsWith('.added') ? 'added' : null;
  return did !== null && item !== null ? html`${subject} ${did} ${item}` : html`${subject}: ${type}`;
}

/** Kind, since it is the first thing that happens to whoever sends an event without reading on. */
function turnedAway({ withoutGrant, twice }: Now): Html {
  const many = withoutGrant > 1;
  return html`<div class="note">
    <h2>${many ? `${withoutGrant} events were` : 'An event was'} turned away, and that is right</h2>
    <p>
      ${many ? 'They' : 'It'} reached this server, but nobody had said yes to any use of ${many ? 'them' : 'it'}. So nothing was kept, not
      even whose ${many ? 'they were' : 'it was'}. The line below carries the person’s consent with the event: send that one.
    </p>
    ${twice > 0 ? html`<p>${twice} came twice and ${twice > 1 ? 'were' : 'was'} counted once.</p>` : null}
  </div>`;
}

function step(title: string, body: Html): Html {
  return html`<li class="step">
    <h2>${title}</h2>
    ${body}
  </li>`;
}

function waiting(text: string): Html {
  return html`<p class="quiet">${text}</p>`;
}

function eventBody({ type, item, source, occurredAt, consent, position }: Moment, subject: string): Html {
  const time = timeText(occurredAt);
  const said = consent.map(
    ([purpose, choice]) =>
      html`<li class="chip ${choice === 'granted' ? 'yes' : 'no'}">${choice === 'granted' ? '\u2713' : '\u2715'} ${purpose} ${choice}</li>`,
  );
  return html`<dl>
      <div>
        <dt>What</dt>
        <dd><code>${type}</code>${item === null ? null : html` ${item}`}</dd>
      </div>
      <div>
        <dt>Who</dt>
        <dd><code>${subject}</code></dd>
      </div>
      <div>
        <dt>When</dt>
        <dd>${time}</dd>
      </div>
      <div>
        <dt>Where</dt>
        <dd>position ${position} of the log, from <code>${source}</code></dd>
      </div>
    </dl>
    <h3>Allowed by this person</h3>
    ${
      said.length === 0
        ? html`<p class="quiet">Nothing by choice; a declared basis holds.</p>`
        : html`<ul class="chips">
            ${said}
          </ul>`
    }`;
}

function profileBody(changes: readonly TraitChange[]): Html {
  if (changes.length === 0) return html`<p class="quiet">No trait changed: what was allowed for this event lets none be kept.</p>`;
  const rows = changes.map(
    ({ trait, before, after }) =>
      html`<div class="change">
        <dt><code>${trait}</code></dt>
        <dd>
          <del>${before ?? 'nothing'}</del> <span class="arrow" aria-hidden="true">→</span><span class="sr"> became </span>
          <ins>${after}</ins>
        </dd>
      </div>`,
  );
  return html`<dl>${rows}</dl>`;
}

function decisionBody(decision: ScreenDecision | null, { items }: Now): Html {
  if (decision === null) return waiting('This server has no decision point.');
  if (decision.items.length === 0) {
    const because = items === 0 ? 'the catalogue is empty' : 'nothing else of the catalogue may be shown now';
    return html`<p>There is nothing to choose from: ${because}. The line “Something to choose from” below fills it.</p>`;
  }
  const list = decision.items.map(({ item, title }) => html`<li><strong>${title ?? item}</strong> <code>${item}</code></li>`);
  return html`<ol class="ranked">
      ${list}
    </ol>
    <p class="quiet">
      ${
        decision.id === null
          ? html`A look ahead at <code>${decision.point}</code>: nobody was answered, so nothing was logged.`
          : html`Made at <code>${decision.point}</code> and logged as <code>${decision.id}</code>.`
      }
    </p>`;
}

function whyBody(decision: ScreenDecision | null): Html {
  if (decision === null) return waiting('Nothing was decided.');
  const reasons = alike(decision.items).map(([names, why]) => html`<li><strong>${names}:</strong> ${why}</li>`);
  return html`<p>${decision.summary}</p>
    ${
      reasons.length === 0
        ? null
        : html`<ul class="reasons">
            ${reasons}
          </ul>`
    }`;
}

/** The reasons, each once: items for which the very same is said share a line. */
function alike(items: ScreenDecision['items']): [names: string, why: string][] {
  const named = new Map<string, string[]>();
  for (const { item, title, why } of items) {
    const text = why.join(' ');
    named.set(text, [...(named.get(text) ?? []), title ?? item]);
  }
  return [...named].map(([why, names]) => [names.length > 1 ? `${together.format(names)}, each` : names.join(''), why]);
}

const together = new Intl.ListFormat('en-GB');
