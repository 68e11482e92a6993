// The evidence as pages: plain HTML without scripts, readable at 320 px, in light and dark, by keyboard and by screen reader. Every row of
// a table ends with the link to what it rests on.
import type { Evidence, RegistryEntry, Section, Source } from './evidence.js';

export interface Page {
  readonly name: string;
  readonly html: string;
}

export function evidencePages(evidence: Evidence): Page[] {
  const { sections, registry } = evidence;
  const list = sections.map(({ id, title, answers }) => `<li><a href="${id}.html">${text(title)}</a> <span>${text(answers)}</span></li>`);
  const { origin, size } = evidence.ledger;
  const whole = `<p>As of ${text(evidence.at)}: ${evidence.position} positions of the log, under a checkpoint of ${size} records of
<code>${text(origin)}</code>.</p>
<ul>${list.join('')}<li><a href="registry.html">Registry</a> <span>every entry that a statement rests on</span></li></ul>
<h2>To check it</h2>
<p><a href="evidence.json">evidence.json</a> says the same for programs, and is signed; <a href="checkpoint.txt">checkpoint.txt</a> is the
signed checkpoint, <a href="keys.txt">keys.txt</a> holds the public keys: compare them with ones that you have from elsewhere. Each file in
<code>proofs/</code> leads from an event to that checkpoint: <code>ethogram evidence --verify DIR --key KEY</code>.</p>`;
  return [
    page('index', 'Evidence', whole, ''),
    ...sections.map((section) =>
      page(section.id, section.title, sectionBody(section), ' / <span aria-current="page">' + text(section.title) + '</span>'),
    ),
    page('registry', 'Registry', registryBody(registry), ' / <span aria-current="page">Registry</span>'),
  ];
}

function sectionBody({ title, answers, statements }: Section): string {
  const rows = statements.map(
    ({ says, value, source }) => `<tr><th scope="row">${text(says)}</th><td>${text(String(value))}</td><td>${link(source, says)}</td></tr>`,
  );
  return `<p>${text(answers)}</p>
<table><caption>${text(title)}: ${statements.length} statements</caption>
<thead><tr><th scope="col">Statement</th><th scope="col">Value</th><th scope="col">Rests on</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table>`;
}

function registryBody(registry: readonly RegistryEntry[]): string {
  const kinds = [...new Set(registry.map(({ kind }) => kind))];
  return kinds
    .map((kind) => {
      const rows = registry.filter((entry) => entry.kind === kind).map(entryRow);
      return `<h2>${text(kind)}</h2>
<table><caption>Entries of the kind ${text(kind)}</caption>
<thead><tr><th scope="col">Name</th><th scope="col">What it says</th><th scope="col">Registered by</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table>`;
    })
    .join('\n');
}

function entryRow({ id, name, fields, proof }: RegistryEntry): string {
  // In the order of the signed file, so that pages can be made again from it and compared.
  const sorted = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
  const said = sorted.map(([field, value]) => `<dt>${text(field)}</dt><dd>${text(String(value))}</dd>`);
  const by = proof === null ? 'the program' : link({ proof }, name);
  return `<tr id="${id}"><th scope="row">${text(name)}</th><td><dl>${said.join('')}</dl></td><td>${by}</td></tr>`;
}

/** The words of the link say what it is about, for whoever hears links alone. */
function link(source: Source, about: string): string {
  const [href, kind] =
    'proof' in source
      ? [`proofs/${source.proof}.json`, `ledger proof ${source.proof}`]
      : [`registry.html#${source.registry}`, 'registry entry'];
  return `<a href="${href}">${kind}<span class="unseen"> of ${text(about)}</span></a>`;
}

function page(name: string, title: string, body: string, trail: string): Page {
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(title)} - Ethogram</title><style>${style}</style></head>
<body><header><nav aria-label="Breadcrumb"><a href="index.html">Evidence</a>${trail}</nav></header>
<main><h1>${text(title)}</h1>
${body}
</main></body></html>
`;
  return { name: `${name}.html`, html };
}

const marks: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function text(raw: string): string {
  return raw.replace(/[&<>"']/g, (mark) => marks[mark] ?? mark);
}

const style = `
:root { color-scheme: light dark; --paper: #faf8f3; --ink: #1c2421; --soft: #56605b; --line: #8f8b7d; --link: #0a5a42; }
@media (prefers-color-scheme: dark) { :root { --paper: #111513; --ink: #eaefe9; --soft: #a7b3ab; --line: #6b776f; --link: #74d6b0; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
header, main { max-inline-size: 72rem; margin-inline: auto; padding: .75rem clamp(.75rem, 4vw, 2rem); }
a { color: var(--link); } a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
li { margin-block: .4rem; } li span { color: var(--soft); }
table { border-collapse: collapse; inline-size: 100%; margin-block: 1rem; }
caption { text-align: start; color: var(--soft); padding-block: .3rem; }
th, td { text-align: start; vertical-align: top; border-block-end: 1px solid var(--line); padding: .4rem .5rem .4rem 0; }
tbody th { font-weight: 600; } dl { margin: 0; } dt { color: var(--soft); font-size: .9rem; } dd { margin: 0 0 .25rem; }
.unseen { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 40rem) {
  table, caption, tbody, tr, th, td { display: block; inline-size: 100%; }
  thead { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }
  th, td { border: 0; padding: .1rem 0; } tr { border-block-end: 1px solid var(--line); padding-block: .5rem; }
}
`;
