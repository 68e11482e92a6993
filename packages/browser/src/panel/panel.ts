// The consent panel: purposes in plain words, each with a switch that is off; one button refuses all, one accepts all, alike in size and
// look and side by side. Closing it says nothing, and what nobody said is refused.
// Invariants: nothing is ticked that the person did not tick; no inline style, script or markup from text, so it runs under a strict
// policy.
import type { Browser } from '../client.js';
import type { Choices, Purpose } from '../purpose.js';
import { objects } from '../signal.js';
import { roomAtFoot } from './room.js';
import { panelStyle } from './style.js';
import { wordsFor, type Words } from './words.js';

export interface PanelOptions {
  /** What to ask for, in this order; analytics, personalise and train when absent. */
  readonly purposes?: readonly Purpose[] | undefined;
  /** Address of the privacy policy. */
  readonly policy?: string | undefined;
  /** A language tag; that of the document when absent. */
  readonly language?: string | undefined;
  /** Over the page, for when the person opened it themselves; else beside it, at its foot. */
  readonly modal?: boolean | undefined;
}

const usual: readonly Purpose[] = ['analytics', 'personalise', 'train'];

interface Shown {
  /** To be told what was chosen. */
  readonly waiting: ((chosen: Choices | null) => void)[];
  /** Is it still to be seen? A page that replaces its body takes it out, and the dialog does not tell of that. */
  readonly isThere: () => boolean;
  readonly leave: () => void;
  /** Over the page now, if it stood beside it. */
  readonly rise: () => void;
}

let shown: Shown | null = null;

/**
 * Opens the panel; where it is open, `modal` brings it over the page. Resolves with what was chosen; null when it was closed without a
 * choice, or went with the body of the page.
 */
export function openPanel(browser: Browser, options: PanelOptions = {}): Promise<Choices | null> {
  return new Promise((resolve) => {
    if (shown?.isThere() === false) shown.leave();
    if (options.modal) shown?.rise();
    shown ??= show(browser, options);
    shown.waiting.push(resolve);
  });
}

function show(browser: Browser, { purposes = usual, policy, language, modal = false }: PanelOptions): Shown {
  const [tag, words] = wordsFor(language ?? document.documentElement.lang);
  let before = document.activeElement;
  const host = document.createElement('ethogram-panel');
  const root = host.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [panelStyle()];
  // What comes from an attribute may be misspelt: only what the words know is asked for.
  const asked = purposes.filter((purpose) => Object.hasOwn(words.purposes, purpose));
  const { dialog, heading, switches, buttons } = draw(words, asked, browser.choices(), policy);
  host.lang = tag;
  dialog.dir = words.dir;
  root.append(dialog);
  document.body.prepend(host);

  const room = roomAtFoot();
  let chosen: Choices | null = null;
  const self: Shown = {
    waiting: [],
    isThere: () => host.isConnected && dialog.open,
    leave() {
      shown = null;
      observer.disconnect();
      room.clear();
      host.remove();
      for (const tell of self.waiting) tell(chosen);
    },
    rise() {
      if (document.activeElement !== host) before = document.activeElement;
      dialog.close();
      place(true);
    },
  };
  const place = (isOver: boolean): void => {
    dialog.classList.toggle('beside', !isOver);
    room.clear();
    if (isOver) dialog.showModal();
    else dialog.show();
    heading.focus();
  };
  // Called at first, when it grows or shrinks with the window, and when it is out of the page.
  const observer = new ResizeObserver(() => {
    if (!host.isConnected) self.leave();
    else if (dialog.className) room.make(dialog.offsetHeight);
  });

  const choose = (granted: (at: number) => boolean) => (): void => {
    chosen = Object.fromEntries(asked.map((purpose, at) => [purpose, granted(at)]));
    browser.choose(chosen, 'panel');
    dialog.close();
  };
  const presses = [() => dialog.close(), choose(() => false), choose(() => true), choose((at) => switches[at]?.checked === true)];
  presses.forEach((press, at) => buttons[at]?.addEventListener('click', press));
  dialog.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') dialog.close();
  });
  dialog.addEventListener('close', () => {
    // It was closed only to be opened over the page; or another one has taken its place.
    if (dialog.open || shown !== self) return;
    self.leave();
    if (before instanceof HTMLElement) before.focus();
  });
  place(modal);
  observer.observe(dialog);
  return self;
}

interface Drawn {
  readonly dialog: HTMLDialogElement;
  readonly heading: HTMLElement;
  readonly switches: readonly HTMLInputElement[];
  /** Close, refuse, accept, save: alike. */
  readonly buttons: readonly HTMLElement[];
}

function draw(words: Words, purposes: readonly Purpose[], choices: Choices, policy: string | undefined): Drawn {
  const make = <K extends keyof HTMLElementTagNameMap>(name: K, parent: Node, text = ''): HTMLElementTagNameMap[K] => {
    const element = document.createElement(name);
    element.textContent = text;
    parent.appendChild(element);
    return element;
  };
  const dialog = document.createElement('dialog');
  const body = make('section', dialog);
  const heading = make('h2', body, words.title);
  heading.id = 'title';
  heading.tabIndex = -1;
  dialog.setAttribute('aria-labelledby', 'title');
  const close = make('button', body, words.close);
  const intro = make('p', body, objects() ? `${words.intro} ${words.signal}` : words.intro);
  intro.id = 'intro';
  dialog.setAttribute('aria-describedby', 'intro');
  const list = make('ul', body);
  const switches = purposes.map((purpose) => {
    const [name, sentence] = words.purposes[purpose];
    const entry = make('li', list);
    const label = make('label', entry);
    make('span', label, name);
    const input = make('input', label);
    input.type = 'checkbox';
    input.setAttribute('role', 'switch');
    input.name = purpose;
    input.checked = choices[purpose] === true;
    const about = make('p', entry, sentence);
    about.id = `about-${purpose}`;
    input.setAttribute('aria-describedby', about.id);
    return input;
  });
  if (policy) make('a', body, words.policy).href = policy;
  const row = make('div', dialog);
  const choosing = [words.refuse, words.accept, words.save].map((text) => make('button', row, text));
  return { dialog, heading, switches, buttons: [close, ...choosing] };
}
