// The adapters against platforms of our own making that speak as IAB specifies: what they say becomes grants, and never more than they say.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Browser } from '../client.js';
import type { Choices } from '../purpose.js';
import { followGpp, gppChoices } from './gpp.js';
import { followTcf, tcfChoices, tcfPurposes } from './tcf.js';

type Listener = (data: object, success: boolean) => void;

/** A platform: remembers its listeners, and tells them what a test says. */
function platform(name: '__tcfapi' | '__gpp'): {
  readonly say: (data: object, success?: boolean) => void;
  readonly listeners: Map<number, Listener>;
} {
  const listeners = new Map<number, Listener>();
  const api = (command: string, ...given: readonly unknown[]): void => {
    const [callback, parameter] = name === '__tcfapi' ? given.slice(1) : given;
    if (name === '__tcfapi') expect(given[0]).toBe(2);
    if (command === 'addEventListener' && typeof callback === 'function') {
      const id = 7 + listeners.size;
      listeners.set(id, (data, success) => callback({ ...data, listenerId: id }, success));
    }
    if (command === 'removeEventListener' && typeof parameter === 'number') listeners.delete(parameter);
  };
  vi.stubGlobal('window', { [name]: api });
  return { listeners, say: (data, success = true) => listeners.forEach((each) => each(data, success)) };
}

function chooser(held: Choices = {}): { readonly browser: Browser; readonly chosen: [Choices, string | undefined][] } {
  const chosen: [Choices, string | undefined][] = [];
  const choose: Browser['choose'] = (choices, origin) => void chosen.push([choices, origin]);
  const browser = { choices: () => held, choose } as Browser; // the rest is not called
  return { browser, chosen };
}

const flags = (...given: number[]): Record<string, boolean> => Object.fromEntries(given.map((each) => [each, true]));
const objecting = (): unknown => vi.stubGlobal('navigator', { globalPrivacyControl: true });

beforeEach(() => vi.stubGlobal('navigator', {}));
afterEach(() => vi.unstubAllGlobals());

describe('TCF', () => {
  const yes = { eventStatus: 'tcloaded', gdprApplies: true, publisher: { consents: flags(1, 5, 6, 8, 9, 10) } };

  test('every purpose needs all of its TCF purposes', () => {
    expect(tcfChoices(yes)).toEqual({ analytics: true, personalise: true, train: true });
    for (const [purpose, needed] of Object.entries(tcfPurposes)) {
      for (const missing of needed) {
        const consents = flags(...[1, 5, 6, 8, 9, 10].filter((each) => each !== missing));
        expect(tcfChoices({ publisher: { consents } })).toMatchObject({ [purpose]: false });
      }
    }
    expect(tcfChoices({})).toEqual({ analytics: false, personalise: false, train: false });
    expect(tcfChoices(yes, { purposes: { share: [], research: [9] } })).toEqual({ share: false, research: true });
  });

  test('as a vendor: the purposes count only with consent to that vendor, and the publisher\u2019s do not', () => {
    const purpose = { consents: flags(1, 8, 9) };
    expect(tcfChoices({ purpose, vendor: { consents: flags(99) } }, { vendor: 99 })).toMatchObject({ analytics: true, personalise: false });
    expect(tcfChoices({ purpose, vendor: { consents: flags(98) } }, { vendor: 99 })).toMatchObject({ analytics: false });
    expect(tcfChoices(yes, { vendor: 99 })).toMatchObject({ analytics: false });
    expect(tcfChoices({ purpose })).toMatchObject({ analytics: false });
  });

  test('follows what was loaded and what was done, not an open window, a failure, or where the law does not apply', () => {
    const cmp = platform('__tcfapi');
    const { browser, chosen } = chooser();
    const stop = followTcf(browser);
    cmp.say({ ...yes, eventStatus: 'cmpuishown' });
    cmp.say(yes, false);
    cmp.say({ ...yes, gdprApplies: false });
    expect(chosen).toEqual([]);
    cmp.say(yes);
    cmp.say({ eventStatus: 'useractioncomplete', gdprApplies: true });
    expect(chosen).toEqual([
      [{ analytics: true, personalise: true, train: true }, 'tcf'],
      [{ analytics: false, personalise: false, train: false }, 'tcf'],
    ]);
    stop();
    expect(cmp.listeners.size).toBe(0);
  });

  test('what was granted before the browser objected gives way; what the person does now does not', () => {
    objecting();
    const cmp = platform('__tcfapi');
    const { browser, chosen } = chooser();
    followTcf(browser);
    cmp.say(yes);
    cmp.say({ ...yes, eventStatus: 'useractioncomplete' });
    expect(chosen.map(([choices]) => choices.personalise)).toEqual([false, true]);
  });

  test('a yes given in the hearing of the signal stays on the next page; what is told anew grants nothing that is not held', () => {
    objecting();
    const consents = flags(1, 5, 6, 8, 9, 10);
    const purposes = { ...tcfPurposes, share: [9] };
    const told = (held: Choices, data: object, options = {}): string => {
      const cmp = platform('__tcfapi');
      const { browser, chosen } = chooser(held);
      followTcf(browser, options);
      cmp.say({ ...yes, ...data });
      return JSON.stringify(chosen.map(([choices]) => choices));
    };
    const all = { analytics: true, personalise: true, train: true };
    // Word for word what is held: whoever chooses the same again says nothing.
    expect(told(all, {})).toBe(JSON.stringify([all]));
    expect(told({ ...all, share: true }, {}, { purposes })).toBe(JSON.stringify([{ ...all, share: true }]));
    expect(told({ ...all, share: false }, {}, { purposes })).toBe(JSON.stringify([{ ...all, share: false }]));
    expect(told({ analytics: true, personalise: false, train: true }, {})).toContain('"personalise":false');
    expect(told({}, {}, { purposes })).toBe(JSON.stringify([{ ...all, personalise: false, share: false }]));
    // What the platform no longer says is taken back, held or not.
    expect(told(all, { publisher: { consents: { ...consents, 5: false } } })).toContain('"personalise":false');
  });

  test('no platform: nothing is granted, and nothing breaks', () => {
    vi.stubGlobal('window', {});
    const { browser, chosen } = chooser();
    followTcf(browser)();
    followGpp(browser)();
    expect(chosen).toEqual([]);
  });
});

describe('GPP', () => {
  const consents = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((purpose) => purpose !== 2);
  const european = { tcfeuv2: [{ PublisherConsents: consents }, {}] };

  test('the European section grants; opt-outs of the American ones narrow, whatever their order', () => {
    const held = { analytics: true, personalise: true, share: true };
    expect(gppChoices(european, {})).toEqual({ analytics: true, personalise: true, train: true });
    expect(gppChoices({ usnat: { SaleOptOut: 1 } }, held)).toEqual({ analytics: true, personalise: false, share: false });
    expect(gppChoices({ usca: [{ SharingOptOut: 1 }, { Gpc: false }] }, held)).toMatchObject({ personalise: false, share: false });
    expect(gppChoices({ usnat: { Gpc: true } }, held)).toMatchObject({ personalise: false, share: false });
    expect(gppChoices({ usnat: { TargetedAdvertisingOptOut: 1 } }, held)).toEqual({ analytics: true, personalise: false, share: true });
    for (const both of [
      { usnat: { SaleOptOut: 1 }, ...european },
      { ...european, usnat: { SaleOptOut: 1 } },
    ]) {
      expect(gppChoices(both, {})).toEqual({ analytics: true, personalise: false, train: true, share: false });
    }
  });

  test('that somebody did not opt out, or that it does not apply, is no grant', () => {
    for (const value of [0, 2, '1', true]) expect(gppChoices({ usnat: { SaleOptOut: value, SharingOptOut: value } }, {})).toBeNull();
    expect(gppChoices({}, {})).toBeNull();
    expect(gppChoices({ tcfeuv2: { PublisherConsents: 'all' } }, {})).toBeNull();
  });

  test('follows what is ready', () => {
    const cmp = platform('__gpp');
    const { browser, chosen } = chooser({ analytics: true });
    const stop = followGpp(browser);
    const pingData = { signalStatus: 'ready', parsedSections: european };
    cmp.say({ eventName: 'signalStatus', pingData: { ...pingData, signalStatus: 'not ready' } });
    cmp.say({ eventName: 'signalStatus', pingData }, false);
    cmp.say({ eventName: 'signalStatus', pingData: { signalStatus: 'ready' } });
    expect(chosen).toEqual([]);
    cmp.say({ eventName: 'signalStatus', pingData });
    expect(chosen).toEqual([[{ analytics: true, personalise: true, train: true }, 'gpp']]);
    objecting();
    cmp.say({ eventName: 'sectionChange', pingData });
    expect(chosen.at(-1)).toEqual([{ analytics: true, personalise: false, train: true }, 'gpp']);
    stop();
    expect(cmp.listeners.size).toBe(0);
  });

  test('under the signal what is held stays, and nothing else is granted', () => {
    objecting();
    const pingData = { signalStatus: 'ready', parsedSections: european };
    for (const held of [
      { analytics: true, personalise: true, train: true },
      { analytics: true, personalise: true, train: true, share: true },
      { analytics: true, personalise: false, train: true },
    ]) {
      const cmp = platform('__gpp');
      const { browser, chosen } = chooser(held);
      followGpp(browser);
      cmp.say({ eventName: 'signalStatus', pingData });
      expect(JSON.stringify(chosen)).toBe(JSON.stringify([[held, 'gpp']]));
    }
  });
});
