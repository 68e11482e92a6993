// The readable page of an archive: plain HTML that needs nothing else, no script, no request to anywhere. It shows the newest of each list
// and names the files that hold all.
import { isoText } from '../base/calendar.js';
import type { BehaviourEvent } from '../model/event.js';
import { purposesOf } from '../model/purpose.js';
import { archiveFiles } from './archive-schema.js';

export interface PageDecision {
  readonly at: number;
  readonly point: string;
  readonly sentences: readonly string[];
}

export interface PageParts {
  readonly madeAt: number;
  readonly ids: readonly string[];
  /** Subject, purpose, choice, since when. */
  readonly stands: readonly (readonly [string, string, string, string])[];
  readonly restricted: boolean;
  readonly traits: readonly (readonly [string, string])[];
  readonly counts: ReadonlyMap<string, number>;
  readonly withheld: number;
  /** Decisions, and parts of plans for others, made while an id was linked that is not any more: they may tell what that one did. */
  readonly shared: number;
  readonly decisions: readonly PageDecision[];
  readonly events: readonly BehaviourEvent[];
}

const whyShared = 'were made while an id was linked to yours that is not any more. They may tell what it did, and are not in here.';

export function archivePage(parts: PageParts): string {
  const { ids, madeAt, stands, restricted, traits, counts, withheld, shared, decisions, events } = parts;
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const more = total > events.length ? ` The newest ${events.length} stand below; all are in events.jsonl and tables/.` : '';
  const sections = [
    `<h1>What is kept about you</h1>`,
    `<p>Made on ${text(isoText(madeAt))}, for ${ids.map((id) => `<code>${text(id)}</code>`).join(', ')}.</p>`,
    restricted ? '<p><strong>You have restricted this: it is kept, and used for nothing.</strong></p>' : '',
    withheld === 0 ? '' : `<p>${withheld} events for which you withdrew every purpose are being destroyed, and are not in here.</p>`,
    shared === 0 ? '' : `<p>${shared} decisions, or parts of plans for others, ${whyShared}</p>`,
    '<h2>What you chose</h2>',
    table(['id', 'purpose', 'choice', 'since'], stands, 'Nothing was chosen.'),
    '<h2>What was made of it</h2>',
    table(['trait', 'value'], traits, 'Nothing.'),
    '<h2>Events</h2>',
    `<p>${total} in all.${more}</p>`,
    table(
      ['type', 'how many'],
      [...counts].map(([type, count]) => [type, count.toString()]),
      'None.',
    ),
    table(['when', 'type', 'kept for', 'what'], events.map(eventRow), 'None.'),
    '<h2>Decisions about you</h2>',
    decisions.length === 0 ? '<p>None.</p>' : `<p>The newest ${decisions.length}; all are in decisions.jsonl.</p>`,
    ...decisions.map(
      ({ at, point, sentences }) =>
        `<h3>${text(isoText(at))}, at ${text(point)}</h3><ul>${sentences.map((each) => `<li>${text(each)}</li>`).join('')}</ul>`,
    ),
    '<h2>The files</h2>',
    table(['file', 'what it is'], Object.entries(archiveFiles), ''),
  ];
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>What is kept about you</title><style>${style}</style></head><body><main>
${sections.filter((each) => each !== '').join('\n')}
</main></body></html>
`;
}

const style =
  'body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}' +
  'table{border-collapse:collapse;margin:1rem 0;width:100%}' +
  'th,td{border-bottom:1px solid #bbb;padding:.3rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}';

function eventRow({ occurredAt, type, mask, properties }: BehaviourEvent): readonly string[] {
  const what = Object.entries(properties).map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [isoText(occurredAt), type, purposesOf(mask).join(', '), what.join('; ')];
}

function table(heads: readonly string[], rows: readonly (readonly string[])[], none: string): string {
  if (rows.length === 0) return none === '' ? '' : `<p>${none}</p>`;
  const head = heads.map((each) => `<th scope="col">${text(each)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((each) => `<td>${text(each)}</td>`).join('')}</tr>`);
  return `<table><thead><tr>${head}</tr></thead><tbody>\n${body.join('\n')}\n</tbody></table>`;
}

/** Nothing that somebody sent becomes markup. */
function text(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
