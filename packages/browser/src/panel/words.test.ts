// Every language says everything, in its own words.
import { expect, test } from 'vitest';
import { purposes } from '../purpose.js';
import { languages, wordsFor } from './words.js';

test('four languages, one of them from right to left; nothing is missing, nothing is left in English', () => {
  expect(Object.keys(languages)).toEqual(['en', 'de', 'fr', 'ar']);
  expect(languages.ar.dir).toBe('rtl');
  for (const [name, words] of Object.entries(languages)) {
    expect(Object.keys(words.purposes), name).toEqual(purposes);
    const { dir: _, purposes: about, ...rest } = words;
    const { dir: __, purposes: aboutEnglish, ...english } = languages.en;
    const sentences = [...Object.values(rest), ...Object.values(about).flat()];
    for (const sentence of sentences) expect(sentence.trim().length, name).toBeGreaterThan(3);
    const same = [...Object.values(english), ...Object.values(aboutEnglish).flat()].filter((each) => sentences.includes(each));
    expect(same.length, name).toBe(name === 'en' ? sentences.length : 0);
  }
});

test('a language tag is read by its first part; an unknown one is English', () => {
  expect(['de', 'de-AT', 'FR', 'ar-EG', 'eo', ''].map((tag) => wordsFor(tag)[0])).toEqual(['de', 'de', 'fr', 'ar', 'en', 'en']);
});
