// The portal's style, as text. Both answers to a question look alike, whatever is chosen: same size, edge and colours. Contrast is at
// least 4.5 to 1 in both schemes, targets at least 44 px high, nothing is told by colour alone, and sides are logical: it turns with the
// script.

export const portalStyle = `
:root {
  color-scheme: light dark;
  --paper: #faf8f3; --card: #fffefb; --ink: #1c2421; --soft: #56605b; --line: #dcd8cc; --edge: #6d766f; --accent: #0a6448;
  --wash: #e6f1ea;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #111513; --card: #191f1c; --ink: #eaefe9; --soft: #a7b3ab; --line: #303a35; --edge: #8f9b94; --accent: #74d6b0;
    --wash: #1b322a;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: anywhere;
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Arabic", sans-serif;
}
header, main { max-inline-size: 48rem; margin-inline: auto; padding-inline: clamp(1rem, 4vw, 2rem); }
header { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; padding-block: .75rem; justify-content: space-between; }
header ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; margin: 0; padding: 0; }
header a { display: inline-flex; align-items: center; min-block-size: 2.75rem; }
header [aria-current] { font-weight: 700; text-decoration: none; color: var(--ink); }
main { padding-block-end: 4rem; }
h1 { font-size: clamp(1.6rem, 5vw, 2.2rem); line-height: 1.2; margin: .5rem 0 .75rem; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 2.5rem 0 .5rem; }
h3, .card h2 { font-size: 1.02rem; margin: 0; }
p { margin: 0 0 .6rem; }
a { color: var(--accent); }
.soft { color: var(--soft); }
.text { white-space: pre-line; }
.said { background: var(--wash); border-inline-start: 4px solid var(--accent); padding: .75rem 1rem; }
ul.cards, ol.cards { list-style: none; margin: 0; padding: 0; display: grid; gap: .75rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1rem; }
ul.cards + p, .wide + p { margin-block-start: .75rem; }
section + p { margin-block-start: 1.5rem; }
form + p { margin-block-start: .75rem; }
.card p:last-child, .card dd:last-child { margin: 0; }
.card h3 + dl { margin-block-start: .5rem; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; margin-block-start: .75rem; }
button, .button {
  display: inline-flex; align-items: center; justify-content: center; min-block-size: 2.75rem; padding: .4rem 1rem; font: inherit;
  font-weight: 600; text-align: center; text-decoration: none; cursor: pointer;
  background: var(--card); color: var(--ink); border: 2px solid var(--edge); border-radius: .5rem;
}
button[aria-current]::before { content: "\\2713\\00a0"; }
label { display: block; font-weight: 600; margin-block: .75rem .25rem; }
input, textarea {
  inline-size: 100%; min-block-size: 2.75rem; padding: .4rem .6rem; font: inherit;
  background: var(--paper); color: var(--ink); border: 2px solid var(--edge); border-radius: .5rem;
}
form > button { margin-block-start: .75rem; }
.pair > button { margin: 0; padding-inline: .4rem; }
dl { margin: 0; }
dt { font-weight: 600; }
dd { margin: 0 0 .6rem; color: var(--soft); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; inline-size: 100%; font-size: .95rem; }
th, td { text-align: start; padding: .4rem .6rem .4rem 0; border-block-end: 1px solid var(--line); vertical-align: top; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; inset-inline-start: -100rem; }
.skip:focus { inset-inline-start: 1rem; inset-block-start: .5rem; background: var(--card); padding: .5rem 1rem; }
.sr { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 30rem) { table, tbody, tr, td { display: block; } thead { display: none; } td { border: 0; padding: .1rem 0; }
  tr { border-block-end: 1px solid var(--line); padding-block: .4rem; } td::before { content: attr(data-name) ": "; font-weight: 600; } }
`;
