// The consent panel: purposes in plain words, each with a switch that is off; one button refuses all, one accepts all, alike in size and
// look and side by side. Closing it says nothing, and what nobody said is refused.
// Invariants: nothing is ticked that the person did not tick; no inline style, script or markup from text, so it runs under a strict
// policy.
import type { Browser } from '../client.js';
import type { Choices, Purpose } from '../purpose.js';
import { objects } from '../signal.js';
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

let open: Promise<Choices | null> | null = null;

/** Opens the panel, unless it is open. Resolves with what was chosen; null when it was closed without a choice. */
export function openPanel(browser: Browser, options: PanelOptions = {}): Promise<Choices | null> {
  open ??= new Promise<Choices | null>((resolve) => show(browser, options, resolve)).finally(() => {
    open = null;
  });
  return open;
}

function show(
  browser: Browser,
  { purposes = usual, policy, language, modal = false }: PanelOptions,
  done: (chosen: Choices | null) => void,
): void {
  const [tag, words] = wordsFor(language ?? document.documentElement.lang);
  const before = document.activeElement;
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

  let chosen: Choices | null = null;
  const choose = (granted: (at: number) => boolean) => (): void => {
    chosen = Object.fromEntries(asked.map((purpose, at) => [purpose, granted(at)]));
    browser.choose(chosen, 'panel');
    dialog.close();
  };
  buttons.refuse.addEventListener(
    'click',
    choose(() => false),
  );
  buttons.accept.addEventListener(
    'click',
    choose(() => true),
  );
  buttons.save.addEventListener(
    'click',
    choose((at) => switches[at]?.checked === true),
  );
  dialog.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') dialog.close();
  });
  // What lies at the foot of the window must not hide what is focused beneath it.
  const { scrollPaddingBottom } = document.documentElement.style;
  dialog.addEventListener('close', () => {
    host.remove();
    document.documentElement.style.scrollPaddingBottom = scrollPaddingBottom;
    if (before instanceof HTMLElement) before.focus();
    done(chosen);
  });
  if (modal) dialog.showModal();
  else dialog.show();
  heading.focus();
  if (!modal) document.documentElement.style.scrollPaddingBottom = `${dialog.offsetHeight}px`;
}

interface Drawn {
  readonly dialog: HTMLDialogElement;
  readonly heading: HTMLElement;
  readonly switches: readonly HTMLInputElement[];
  readonly buttons: { readonly refuse: HTMLElement; readonly accept: HTMLElement; readonly save: HTMLElement };
}

function draw(words: Words, purposes: readonly Purpose[], choices: Choices, policy: string | undefined): Drawn {
  const make = <K extends keyof HTMLElementTagNameMap>(name: K, parent: Node, text = ''): HTMLElementTagNameMap[K] => {
    const element = document.createElement(name);
    element.textContent = text;
    parent.appendChild(element);
    return element;
  };
  const dialog = document.createElement('dialog');
  const heading = make('h2', dialog, words.title);
  heading.id = 'title';
  heading.tabIndex = -1;
  dialog.setAttribute('aria-labelledby', 'title');
  const intro = make('p', dialog, objects() ? `${words.intro} ${words.signal}` : words.intro);
  intro.id = 'intro';
  dialog.setAttribute('aria-describedby', 'intro');
  const list = make('ul', dialog);
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
  const row = make('div', dialog);
  const button = (text: string): HTMLElement => {
    const made = make('button', row, text);
    made.type = 'button';
    return made;
  };
  const buttons = { refuse: button(words.refuse), accept: button(words.accept), save: button(words.save) };
  if (policy) make('a', dialog, words.policy).href = policy;
  return { dialog, heading, switches, buttons };
}
