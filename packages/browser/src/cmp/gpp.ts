// Takes over what a consent platform says by the Global Privacy Platform (`__gpp`, "GPP CMP API", IAB Tech Lab): consent of the European
// section, opt-outs of the American ones.
// Invariant: an opt-out only narrows. That somebody did not opt out is no grant: under our rules only a yes is one.
import type { Browser } from '../client.js';
import type { Choices } from '../purpose.js';
import { heldUnderSignal } from '../signal.js';
import { tcfChoices, type TcfMap } from './tcf.js';

export interface GppOptions {
  /** For the European section; as for TCF. */
  readonly purposes?: TcfMap;
}

type Fields = { readonly [field: string]: unknown };

interface GppEvent {
  readonly eventName?: string;
  readonly listenerId?: number;
  readonly pingData?: {
    readonly signalStatus?: string;
    /** Section -> its fields, or a list of segments with fields. */
    readonly parsedSections?: { readonly [section: string]: Fields | readonly Fields[] };
  };
}

type GppApi = (command: string, callback: (data: GppEvent, success: boolean) => void, parameter?: number) => void;

type Sections = NonNullable<NonNullable<GppEvent['pingData']>['parsedSections']>;

const optedOut = 1;

function fieldsOf(parts: Fields | readonly Fields[] | undefined): Fields {
  const list: readonly Fields[] = parts === undefined ? [] : [parts].flat();
  return Object.fromEntries(list.flatMap((part) => Object.entries(part)));
}

/** What the sections say, over what holds already; null when they say nothing. */
export function gppChoices(sections: Sections, held: Choices, { purposes }: GppOptions = {}): Choices | null {
  let choices: Choices | null = null;
  const { PublisherConsents: consents } = fieldsOf(sections['tcfeuv2']);
  if (Array.isArray(consents)) {
    const flags = Object.fromEntries(consents.map((given, at) => [at + 1, given === true]));
    choices = { ...held, ...tcfChoices({ publisher: { consents: flags } }, purposes ? { purposes } : {}) };
  }
  // After what is granted, since an opt-out of any section narrows it.
  for (const parts of Object.values(sections)) {
    const fields = fieldsOf(parts);
    const isOut = (name: string): boolean => fields[name] === optedOut;
    const shares = isOut('SaleOptOut') || isOut('SharingOptOut') || fields['Gpc'] === true;
    if (shares) choices = { ...(choices ?? held), personalise: false, share: false };
    else if (isOut('TargetedAdvertisingOptOut')) choices = { ...(choices ?? held), personalise: false };
  }
  return choices;
}

/** Follows the platform from now on. Returns how to stop. The platform, or its stub, must be there already; else nothing changes. */
export function followGpp(browser: Browser, options: GppOptions = {}): () => void {
  const given: unknown = Reflect.get(window, '__gpp');
  const api = typeof given === 'function' ? (given as GppApi) : null; // as IAB specifies it
  let listener: number | undefined;
  api?.('addEventListener', ({ listenerId, eventName, pingData }, success) => {
    if (!success) return;
    listener = listenerId ?? listener;
    if (pingData?.signalStatus !== 'ready' || eventName === 'listenerRemoved') return;
    const held = browser.choices();
    const choices = gppChoices(pingData.parsedSections ?? {}, held, options);
    if (choices) browser.choose(heldUnderSignal(choices, held), 'gpp');
  });
  return () => {
    if (listener !== undefined) api?.('removeEventListener', () => undefined, listener);
  };
}
