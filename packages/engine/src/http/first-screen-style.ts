// The page's style, as text. Colours keep a contrast of at least 4.5 to 1 on their ground, in both schemes; nothing is told by colour
// alone; what moves stands still for whoever asked for that; targets are at least 44 px high.

export const firstScreenStyle = `
:root {
  color-scheme: light dark;
  --paper: #faf8f3; --card: #fffefb; --ink: #1c2421; --soft: #56605b; --line: #dcd8cc; --accent: #0a6448; --accent-ink: #ffffff;
  --wash: #e6f1ea; --note: #fdf1d8; --note-line: #d3a244; --code: #f1eee5; --no: #97331f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #111513; --card: #191f1c; --ink: #eaefe9; --soft: #a7b3ab; --line: #303a35; --accent: #74d6b0; --accent-ink: #08291d;
    --wash: #1b322a; --note: #33290f; --note-line: #8f6c21; --code: #0c0f0e; --no: #f2a08d;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: anywhere;
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
header, main, footer { max-inline-size: 72rem; margin-inline: auto; padding-inline: clamp(1rem, 4vw, 2.5rem); }
header { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; padding-block: 1rem; }
header p { margin: 0; }
.brand { display: flex; align-items: center; gap: .7rem; font-weight: 650; letter-spacing: .01em; font-size: 1.1rem; }
.mark { fill: none; stroke: var(--accent); stroke-width: 2; stroke-linecap: round; }
.where { color: var(--soft); font-size: .9rem; margin-inline-end: auto; }
h1 {
  font-size: clamp(1.9rem, 5.5vw, 3.1rem); line-height: 1.12; letter-spacing: -.022em; font-weight: 680; margin: .35rem 0 .7rem;
  max-inline-size: 22ch;
}
h2 { font-size: 1.15rem; line-height: 1.3; margin: 0 0 .6rem; letter-spacing: -.005em; }
h3 { font-size: .95rem; margin: 1rem 0 .4rem; }
p { margin: 0 0 .7rem; }
.lead { font-size: 1.12rem; color: var(--soft); max-inline-size: 58ch; }
.quiet { color: var(--soft); font-size: .93rem; margin-block-end: 0; }
.hero { padding-block: clamp(1rem, 3vw, 2rem) 1.25rem; }
.pulse {
  display: flex; flex-wrap: wrap; align-items: center; gap: .55rem; margin: 0; font-weight: 600; color: var(--accent);
  font-size: .95rem;
}
.dot { inline-size: .7rem; block-size: .7rem; border-radius: 50%; background: var(--accent); }
.is-waiting .dot { background: none; border: 2px solid var(--accent); }
.badge {
  color: var(--ink); background: var(--note); border: 1px solid var(--note-line); border-radius: 1rem; padding: .1rem .7rem;
  font-size: .85rem;
}
.note {
  background: var(--note); border-inline-start: 4px solid var(--note-line); border-radius: .5rem; padding: 1rem 1.1rem;
  margin-block: 1rem .5rem; max-inline-size: 64ch;
}
.note p:last-child { margin: 0; }
.steps {
  list-style: none; counter-reset: step; margin: 0; padding: 0; display: grid; gap: 1rem;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 25rem), 1fr));
}
.step {
  counter-increment: step; background: var(--card); border: 1px solid var(--line); border-radius: .9rem;
  padding: 1.15rem 1.25rem 1.25rem; min-inline-size: 0;
}
.step > h2 { display: flex; gap: .65rem; align-items: center; }
.step > h2::before {
  content: counter(step) / ""; flex: none; inline-size: 1.75rem; block-size: 1.75rem; border-radius: 50%; display: grid;
  place-items: center;
  background: var(--wash); color: var(--accent); font-size: .9rem; font-weight: 700;
}
.is-waiting + .steps { grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr)); gap: .75rem; }
.is-waiting + .steps .step { border-style: dashed; border-color: var(--soft); background: none; padding: .8rem 1rem .9rem; }
.is-waiting + .steps h2 { font-size: 1rem; margin-block-end: .35rem; }
dl { margin: 0; } dl > div { display: grid; grid-template-columns: 5rem 1fr; gap: .1rem .75rem; padding-block: .3rem; }
dt { color: var(--soft); } dd { margin: 0; min-inline-size: 0; }
dl > .change { grid-template-columns: 1fr; padding-block: .45rem; border-block-start: 1px solid var(--line); }
dl > .change:first-child { border: 0; padding-block-start: 0; }
del { color: var(--soft); text-decoration: none; } .arrow { color: var(--soft); }
ins {
  text-decoration: none; background: var(--wash); border-radius: .3rem; padding: .05rem .35rem; font-weight: 560;
  box-decoration-break: clone; -webkit-box-decoration-break: clone;
}
code, pre { font-family: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .88em; }
.chips { list-style: none; display: flex; flex-wrap: wrap; gap: .45rem; padding: 0; margin: 0; }
.chip { border: 1px solid var(--line); border-radius: 1rem; padding: .1rem .7rem; font-size: .9rem; }
.yes { color: var(--accent); border-color: currentColor; } .no { color: var(--no); border-color: currentColor; }
.ranked, .reasons { padding-inline-start: 1.3rem; margin: 0 0 .7rem; }
.ranked li, .reasons li { padding-block: .15rem; }
.ranked code { color: var(--soft); }
.ranked li::marker { color: var(--accent); font-weight: 700; }
.bar { display: flex; flex-wrap: wrap; gap: .6rem; }
#send { padding-block-start: 2rem; }
button, .button, input {
  font: inherit; min-block-size: 2.75rem; border-radius: .6rem; border: 1px solid var(--soft); background: var(--card); color: var(--ink);
  padding: .35rem 1rem; display: inline-flex; align-items: center; text-decoration: none;
}
button, .button { cursor: pointer; font-weight: 560; }
button:hover, .button:hover { border-color: var(--accent); color: var(--accent); }
button[aria-pressed=true] { background: var(--wash); border-color: var(--accent); }
[hidden] { display: none; }
.primary { background: var(--accent); color: var(--accent-ink); border-color: var(--accent); }
.primary:hover { color: var(--accent-ink); filter: brightness(1.08); }
.lines { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 25rem), 1fr)); }
.line { min-inline-size: 0; background: var(--card); border: 1px solid var(--line); border-radius: .9rem; padding: 1rem 1.25rem 1.1rem; }
.line-head {
  display: flex; align-items: center; justify-content: space-between; gap: 1rem; min-block-size: 2.75rem; margin-block-end: .6rem;
}
.line-head h3 { margin: 0; font-size: 1rem; }
pre {
  margin: 0 0 .7rem; background: var(--code); border-radius: .5rem; padding: .85rem 1rem; white-space: pre-wrap;
  overflow-wrap: anywhere; line-height: 1.5;
}
.line:last-child { grid-column: 1 / -1; } .copy { flex: none; white-space: nowrap; }
.demo { margin-block: 1.5rem 0; background: var(--wash); border-radius: .9rem; padding: 1.25rem 1.4rem 1.4rem; }
.demo p { max-inline-size: 66ch; }
.unlock { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; }
.unlock input { flex: 1 1 14rem; min-inline-size: 0; max-inline-size: 26rem; }
footer { padding-block: 2rem 2.5rem; color: var(--soft); font-size: .93rem; } a { color: var(--accent); text-underline-offset: .18em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.sr { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip {
  position: absolute; inset-inline-start: 1rem; inset-block-start: -5rem; background: var(--card); padding: .6rem 1rem;
  border-radius: .5rem; z-index: 1;
}
.skip:focus { inset-block-start: .6rem; }
@media (prefers-reduced-motion: no-preference) {
  .is-waiting .dot { animation: breathe 2.4s ease-in-out infinite; }
  [data-fresh] ins { animation: land 1.2s ease-out; }
}
@keyframes breathe { 50% { background: var(--accent); } }
@keyframes land { from { background: var(--note-line); } }
@media (forced-colors: active) { .dot, .step > h2::before, ins { border: 1px solid; } }
`;
