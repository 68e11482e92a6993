// What a law or a hold keeps of somebody who is erased, as they read it: before the button and on the receipt, in every language.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Doorway } from './doorway.suite.js';
import { dayOf, isolated } from './portal-page.js';
import { annOwes, annVisits, enterAs, invoice, invoiceLaw, portalDoor } from './portal.suite.js';
import { isPortalLanguage, portalLanguages } from './portal-words.js';

let doorway: Doorway;
beforeEach(async () => {
  doorway = await portalDoor({ eventTypes: [invoice] });
});
afterEach(() => doorway.close());

const read = async (path: string, init: RequestInit = {}): Promise<string> => (await fetch(doorway.url + path, init)).text();
const law = invoiceLaw.replace('<', '&lt;').replace('>', '&gt;');
/** The section, as lines of text. */
const keptIn = (page: string): string[] => {
  const [section = ''] = /<section id="kept"[^]*?<\/section>/.exec(page) ?? [];
  return section
    .replaceAll(/<[^>]+>/g, '\n')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
};

test('what stays, why, until when and for nothing else: before the button and on the receipt, in every language', async () => {
  await annVisits(doorway);
  const hold = await annOwes(doorway);
  const { cookie, token } = await enterAs(doorway, 'ann');
  const before = keptIn(await read('/me/forget?lang=en', { headers: { cookie } }));
  const receipt = await read('/me/forget?lang=en', { method: 'POST', body: new URLSearchParams({ token }), headers: { cookie } });
  const [, path = ''] = /action="(\/me\/receipts\/[\w-]+)\/file"/.exec(receipt) ?? [];
  const kept = doorway.rig.engine.core.receipts.get(path.slice('/me/receipts/'.length))?.kept ?? [];
  const counts = kept.map(({ events }) => String(events));
  expect(kept.map(({ kind }) => kind).sort()).toEqual(['hold', 'obligation']);
  const { keptLead, keptOpen } = portalLanguages.en;
  const lead = ['What stays all the same', keptLead.join(' ')];
  const claimed = [
    ['Everything that was recorded of you', 'Records', counts[0], 'Why'],
    [`Somebody who answers for it by name has said that a legal claim needs it. Number: ${isolated(hold)}.`, 'Until when', keptOpen],
  ].flat();
  const owed = [
    ['invoice.issued', 'Records', '2', 'Why', `A legal duty: \u201c${isolated(law)}\u201d.`],
    ['Until when', `Until ${dayOf('en', '2036-02-29')} at the latest. Then it is destroyed.`],
  ].flat();
  expect(keptIn(receipt)).toEqual([...lead, ...claimed, ...owed]);
  // Of a hold nobody is told before there is something to be kept under it.
  expect(before).toEqual([...lead, ...owed]);
  expect(receipt).toContain(portalLanguages.en.keptUnproved);
  expect(receipt).not.toMatch(/\bann\b|Kim Adams|broken pot/);
  for (const lang of Object.keys(portalLanguages)) {
    if (!isPortalLanguage(lang)) continue;
    const words = portalLanguages[lang];
    const lines = keptIn(await read(`${path}?lang=${lang}`));
    expect([lang, lines.slice(0, 2)]).toEqual([lang, [words.kept, words.keptLead.join(' ')]]);
    expect(lines).toContain(words.keptDuty(words.quote(isolated(law))));
    expect(lines).toContain(words.keptHold(isolated(hold)));
    expect(lines).toContain(words.keptOpen);
    expect(lines).toContain(words.keptDay(dayOf(lang, '2036-02-29')));
  }
});

test('nothing is said of it where nothing stays', async () => {
  await annVisits(doorway);
  const { cookie, token } = await enterAs(doorway, 'ann');
  const pages = [
    await read('/me/forget', { headers: { cookie } }),
    await read('/me/forget', { method: 'POST', body: new URLSearchParams({ token }), headers: { cookie } }),
  ];
  for (const page of pages) {
    expect(page).not.toContain('id="kept"');
    expect(page).not.toContain(portalLanguages.en.keptUnproved);
  }
  expect(pages[1]).toContain(portalLanguages.en.cannotProve);
});

test('the ids that are linked to somebody are looked through before the button, as they are when it is pressed', async () => {
  await annVisits(doorway);
  await annOwes(doorway);
  await doorway.rig.say('ann-phone', 'granted', 'personalise');
  await doorway.rig.engine.link('ann', 'ann-phone', true, 'a log-in');
  const { cookie } = await enterAs(doorway, 'ann-phone');
  expect(keptIn(await read('/me/forget?lang=en', { headers: { cookie } }))).toContain(`A legal duty: \u201c${isolated(law)}\u201d.`);
});
