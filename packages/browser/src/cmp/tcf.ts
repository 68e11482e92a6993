// Takes over what a person chose in a consent platform that speaks IAB TCF 2.2 or 2.3 (`__tcfapi`, "Consent Management Platform API", IAB
// Tech Lab). It only listens; it issues no consent string.
// Invariant: a purpose is granted only when every TCF purpose it rests on is; what the platform does not say is refused.
import type { Browser } from '../client.js';
import type { Choices, Purpose } from '../purpose.js';
import { heldUnderSignal } from '../signal.js';

/** Our purpose -> TCF purposes that must all be consented to. */
export type TcfMap = { readonly [P in Purpose]?: readonly number[] };

/**
 * 1 store on the device, 5 and 6 profiles for content, 8 measure content, 9 statistics of audiences, 10 improve services. `share` and the
 * purposes of care, fraud and research have no counterpart in TCF and are not granted by it.
 */
export const tcfPurposes: TcfMap = { analytics: [1, 8, 9], personalise: [1, 5, 6], train: [1, 5, 10] };

export interface TcfOptions {
  readonly purposes?: TcfMap;
  /** Your id in the Global Vendor List. When absent, the person's consent to the publisher counts: you run Ethogram yourself. */
  readonly vendor?: number;
}

type Flags = { readonly [purpose: string]: boolean | undefined };

interface TcData {
  readonly eventStatus?: string;
  readonly listenerId?: number;
  readonly gdprApplies?: boolean;
  readonly purpose?: { readonly consents?: Flags };
  readonly vendor?: { readonly consents?: Flags };
  readonly publisher?: { readonly consents?: Flags };
}

type TcfApi = (command: string, version: number, callback: (data: TcData, success: boolean) => void, parameter?: number) => void;

/** What the platform's answer grants. */
export function tcfChoices(data: TcData, { purposes = tcfPurposes, vendor }: TcfOptions = {}): Choices {
  const own = vendor === undefined ? data.publisher?.consents : data.vendor?.consents?.[vendor] === true ? data.purpose?.consents : {};
  return Object.fromEntries(
    Object.entries(purposes).map(([purpose, needed]) => [purpose, needed.length > 0 && needed.every((each) => own?.[each] === true)]),
  );
}

/** Follows the platform from now on. Returns how to stop. The platform, or its stub, must be there already; else nothing is granted. */
export function followTcf(browser: Browser, options: TcfOptions = {}): () => void {
  const given: unknown = Reflect.get(window, '__tcfapi');
  const api = typeof given === 'function' ? (given as TcfApi) : null; // as IAB specifies it
  let listener: number | undefined;
  api?.('addEventListener', 2, (data, success) => {
    if (!success) return;
    listener = data.listenerId ?? listener;
    const isNew = data.eventStatus === 'useractioncomplete';
    if (data.gdprApplies === false || !(isNew || data.eventStatus === 'tcloaded')) return;
    const choices = tcfChoices(data, options);
    // What the person says now outweighs what their browser objects to; what the string repeats does not, but takes nothing back either.
    browser.choose(isNew ? choices : heldUnderSignal(choices, browser.choices()), 'tcf');
  });
  return () => {
    if (listener !== undefined) api?.('removeEventListener', 2, () => undefined, listener);
  };
}
