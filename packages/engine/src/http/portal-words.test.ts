// Sentences of the portal that count, and moments: in each language as it is said.
import { expect, test } from 'vitest';
import { dateOf, numberOf } from './portal-page.js';
import { portalLanguages, type PortalLanguage } from './portal-words.js';

test('one record, and one minute, are told as one', () => {
  const told = (lang: PortalLanguage, count: number): readonly string[] => {
    const { forgotten, visitEnds } = portalLanguages[lang];
    return [forgotten(numberOf(lang, count), 'X', count), visitEnds(numberOf(lang, count), count)];
  };
  expect(told('en', 1).join(' ')).toMatch(/^1 record of you was erased on X\. This visit ends in 1 minute,/);
  expect(told('en', 2).join(' ')).toMatch(/^2 records of you were erased on X\. This visit ends in 2 minutes,/);
  expect(told('de', 1).join(' ')).toMatch(/^1 Eintrag über Sie wurde am X gelöscht\. Dieser Besuch endet in 1 Minute,/);
  expect(told('de', 2).join(' ')).toMatch(/^2 Einträge über Sie wurden am X gelöscht\. Dieser Besuch endet in 2 Minuten,/);
  expect(told('fr', 1).join(' ')).toMatch(/^1 enregistrement sur vous a été effacé le X\. Cette visite se termine dans 1 minute,/);
  expect(told('fr', 2).join(' ')).toMatch(/^2 enregistrements sur vous ont été effacés le X\. Cette visite se termine dans 2 minutes,/);
  const minutes = [1, 2, 5, 30].map((count) => told('ar', count)[1]);
  for (const [at, word] of ['بعد دقيقة واحدة ما', 'بعد دقيقتين ما', 'دقائق ما', 'دقيقة ما'].entries()) expect(minutes[at]).toContain(word);
});

test('a moment says of which zone it is: nobody can tell that it is not their own', () => {
  for (const lang of ['en', 'de', 'fr', 'ar'] as const) expect(dateOf(lang, Date.parse('2026-03-01T09:30:00Z'))).toMatch(/ UTC$/);
});
