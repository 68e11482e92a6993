// The panel's style: a constructed sheet, which a strict `style-src` allows, within a shadow root, so that neither page nor panel changes
// the other. The page sets its own colours by the custom properties. Contrast: at least 4.5 for text, 3 for edges, in light and dark.
// Beside the page it takes half of the window at most. In one that is high enough the buttons stay while the rest scrolls; in a lower one
// all of it does, since little else than buttons would be left.

const text = `
:host {
  --_page: var(--ethogram-page, #fff);
  --_ink: var(--ethogram-ink, #1b1b1b);
  --_soft: var(--ethogram-soft, #555);
  --_edge: var(--ethogram-edge, #767676);
  --_mark: var(--ethogram-mark, #0b57d0);
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :host {
    --_page: var(--ethogram-page, #1e1e1e);
    --_ink: var(--ethogram-ink, #f2f2f2);
    --_soft: var(--ethogram-soft, #c4c4c4);
    --_edge: var(--ethogram-edge, #949494);
    --_mark: var(--ethogram-mark, #a8c7fa);
  }
}
* { box-sizing: border-box; }
dialog {
  position: fixed; inset: auto 0 0; z-index: 2147483647;
  width: min(44rem, 100%); max-width: none; max-height: min(100%, 40rem); margin: 0 auto; padding: 0; overflow: auto;
  background: var(--_page); color: var(--_ink); border: 1px solid var(--_edge); border-radius: .75rem .75rem 0 0;
  font: 1rem/1.5 system-ui, sans-serif; text-align: start; overflow-wrap: anywhere;
}
dialog.beside { max-height: min(50vh, 40rem); max-height: min(50dvh, 40rem); }
dialog::backdrop { background: rgb(0 0 0 / 50%); }
h2 { margin: 0; font-size: 1.25rem; line-height: 1.3; }
p, ul { margin: 0; padding: 0; list-style: none; }
li { border-block-start: 1px solid var(--_edge); padding-block: .5rem; }
label { display: flex; gap: .75rem; align-items: center; min-block-size: 2rem; font-weight: 600; cursor: pointer; }
label span { flex: 1; }
li p { color: var(--_soft); }
input {
  appearance: none; flex: none; inline-size: 3rem; block-size: 1.75rem; margin: 0; position: relative; cursor: pointer;
  background: var(--_page); border: 2px solid var(--_edge); border-radius: 1rem; transition: background .15s;
}
input::before {
  content: ''; position: absolute; inset-block-start: .25rem; inset-inline-start: .25rem; inline-size: 1rem; block-size: 1rem;
  border-radius: 50%; background: var(--_edge); transition: inset-inline-start .15s;
}
input:checked { background: var(--_mark); border-color: var(--_mark); }
input:checked::before { inset-inline-start: 1.5rem; background: var(--_page); }
section { display: grid; grid-template-columns: 1fr auto; gap: .5rem .75rem; align-items: start; padding: 1rem 1rem .5rem; }
section > :not(h2, button) { grid-column: 1 / -1; }
div { display: flex; flex-wrap: wrap; gap: .5rem; padding: .5rem 1rem 1rem; }
div button { flex: 1 1 8rem; }
@media (min-height: 44rem), (min-height: 30rem) and (min-width: 40rem) {
  dialog[open] { display: flex; flex-direction: column; }
  section { overflow: auto; }
}
button {
  min-block-size: 2.75rem; padding: .5rem 1rem; font: inherit; font-weight: 600; cursor: pointer;
  background: var(--_page); color: var(--_ink); border: 2px solid var(--_ink); border-radius: .5rem;
}
a { justify-self: start; padding-block: .25rem; color: var(--_mark); }
:focus-visible { outline: 3px solid var(--_mark); outline-offset: 2px; }
h2:focus-visible { outline: none; }
@media (prefers-reduced-motion: reduce) { input, input::before { transition: none; } }
@media (forced-colors: active) { input { appearance: auto; } input::before { display: none; } }
`;

export function panelStyle(): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return sheet;
}
