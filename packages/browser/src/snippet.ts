// The script element: connects by what stands in its attributes, makes `window.ethogram`, and fetches the panel only when somebody must be
// asked, or presses an element with `data-ethogram-ask`. No inline script, no eval: it runs under `script-src 'self'`.
//
//   <script src="/ethogram.iife.js" data-url="https://ethogram.shop.example" data-write-key="eth_w_..." data-panel="/panel.js"
//           data-purposes="analytics personalise" data-policy="/privacy" defer></script>
//
// `data-panel` is read as an import is: from the root of the site, or from the script's own place (`./panel.js`).
import { connect, type Browser } from './client.js';

const { url = '', writeKey, panel, purposes, policy } = document.currentScript?.dataset ?? {};
const ethogram = connect({ url, writeKey });

interface PanelModule {
  readonly openPanel: (
    browser: Browser,
    options: { purposes?: string[] | undefined; policy?: string | undefined; modal: boolean },
  ) => unknown;
}

const ask = async (modal: boolean): Promise<void> => {
  if (!panel) return;
  const { openPanel } = (await import(panel)) as PanelModule; // panel/panel.ts
  openPanel(ethogram, { purposes: purposes?.split(' '), policy, modal });
};

Object.assign(window, { ethogram });
document.addEventListener('click', ({ target }) => {
  if (target instanceof Element && target.closest('[data-ethogram-ask]')) void ask(true);
});
if (ethogram.mustAsk()) void ask(false);
