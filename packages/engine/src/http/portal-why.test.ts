import { expect, test } from 'vitest';
import { Rig } from '../runtime/rig.suite.js';
import { firstSentence } from './portal-why.js';

test('an item that was looked at in the visit itself is first because of that, not because of both of two', async () => {
  const rig = await Rig.open();
  for (const subject of ['ann', 'bob', 'cat', 'dan', 'eve', 'fay']) {
    await rig.say(subject, 'granted', 'personalise', 'train');
    await rig.visit(subject, 'tea', 'pot');
  }
  const told = (exclude: readonly string[], subject = 'ann'): readonly string[] => {
    const ranked = rig.engine.rank({ point: 'home', subject, exclude });
    const record = ranked.ok ? ranked.value : expect.unreachable(ranked.code);
    return (['en', 'de', 'fr', 'ar'] as const).map((lang) => firstSentence(rig.engine, lang, record).replaceAll(/[\u2066-\u2069]/gu, ''));
  };
  expect(told([])).toEqual([
    '\u201ctea\u201d stood in first place because you looked at it in this visit: 5 people with visits like yours did, too.',
    '\u201etea\u201c stand an erster Stelle, weil Sie es in diesem Besuch angesehen haben, wie 5 Menschen mit ähnlichen Besuchen auch.',
    '« tea » était en première place parce que vous l’avez regardé pendant cette visite, comme 5 personnes aux visites semblables.',
    'كان «tea» في المكان الأول لأنك نظرت إليه في هذه الزيارة، كما فعل 5 من الناس في زيارات تشبه زيارتك.',
  ]);
  await rig.say('gil', 'granted', 'personalise');
  await rig.visit('gil', 'tea');
  expect(told(['tea'], 'gil')[0]).toBe(
    '\u201cpot\u201d stood in first place because you looked at \u201ctea\u201d: 6 people looked at both.',
  );
});
