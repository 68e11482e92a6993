// The page around the live part. It works without its script: everything is there when it arrives, and `Look again` brings it up to date.
import { html, type Html } from './first-screen-html.js';
import { linesFor, type Line } from './first-screen-lines.js';
import { nowHtml, type Now } from './first-screen-now.js';

export interface PageParts {
  readonly base: string;
  readonly hasKeys: boolean;
  /** null: the viewer has to show a key first. */
  readonly now: Now | null;
}

const mark = html`<svg class="mark" viewBox="0 0 44 20" width="44" height="20" aria-hidden="true" focusable="false">
  <path d="M1 18h42M4 18v-7M9 18V5M13 18v-4M18 18V2M22 18v-9M27 18v-5M31 18V6M36 18v-3M40 18v-10" />
</svg>`;

export function pageHtml(parts: PageParts): string {
  const { base, hasKeys, now } = parts;
  const lines = linesFor(base, hasKeys);
  const page = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>${now?.moment == null ? 'Waiting for your first event' : 'Live'} – Ethogram</title>
      <link rel="icon" href="data:," />
      <link rel="stylesheet" href="/first-screen.css" />
      <script type="module" src="/first-screen.js"></script>
    </head>
    <body data-locked="${now === null ? 'yes' : 'no'}">
      <a class="skip" href="#send">Skip to the lines to copy</a>
      <header>
        <p class="brand">${mark}<span>Ethogram</span></p>
        <p class="where"><code>${base}</code></p>
        <p class="bar">
          <a class="button" href="/" id="again">Look again</a>
          <button type="button" id="pause" aria-pressed="false" hidden>Pause<span class="sr"> updates</span></button>
        </p>
      </header>
      <main>
        <p id="say" class="sr" role="status"></p>
        <div id="now">${now === null ? lockedHtml() : nowHtml(now)}</div>
        <section id="send" tabindex="-1" aria-labelledby="send-title">
          <h2 id="send-title">Send one</h2>
          <div class="lines">
            ${lineHtml(lines.event, 'It carries the consent with the event. Without a yes, nothing is kept.')}
            ${lineHtml(lines.items, 'Four made-up things, so that there is a decision to make.')}
            ${lineHtml(lines.page, 'A person\u2019s own yes belongs in there, not yours.')}
          </div>
        </section>
        ${now === null || now.demo === 'absent' ? null : demoHtml(now)}
      </main>
      <footer>
        <p>
          What the server can do stands in <a href="/openapi.json">its OpenAPI document</a>; its pulse in <a href="/metrics">metrics</a> and
          <a href="/health">health</a>.
        </p>
      </footer>
    </body>
  </html>`;
  return `<!doctype html>${page.text}`;
}

function lockedHtml(): Html {
  return html`<section class="hero">
    <h1>This server has keys</h1>
    <p class="lead">
      What happens here is about people, so it is shown to whoever holds a secret key. The key stays in this page’s memory.
    </p>
    <form id="unlock" class="unlock">
      <label for="key">Secret key</label>
      <input id="key" type="password" autocomplete="off" spellcheck="false" required />
      <button type="submit">Show</button>
    </form>
    <noscript
      ><p>Without scripts, ask from a terminal: <code>curl -H "Authorization: Bearer YOUR_SECRET_KEY" /first-screen/now</code></p></noscript
    >
  </section>`;
}

function lineHtml({ id, title, text }: Line, note: string): Html {
  return html`<article class="line">
    <div class="line-head">
      <h3>${title}</h3>
      <button type="button" class="copy" data-copy="${id}" hidden>Copy<span class="sr"> the line: ${title}</span></button>
    </div>
    <pre><code id="${id}">${text}</code></pre>
    <p class="quiet">${note}</p>
  </article>`;
}

function demoHtml({ demo }: Now): Html {
  const running = demo !== 'idle';
  return html`<section class="demo" aria-labelledby="demo-title">
    <h2 id="demo-title">${running ? 'The synthetic world is streaming' : 'Nothing at hand?'}</h2>
    <p>
      ${
        running
          ? 'Made-up shoppers view made-up things; every id starts with \u201csynthetic-\u201d. Removing them erases what they did.'
          : 'Let 200 made-up shoppers live three days here; every id starts with \u201csynthetic-\u201d. One click removes them.'
      }
    </p>
    <form method="post" action="/first-screen/demo">
      <input type="hidden" name="do" value="${running ? 'stop' : 'start'}" />
      <button type="submit" class="primary">${running ? 'Stop and remove them' : 'Start the synthetic world'}</button>
    </form>
  </section>`;
}
