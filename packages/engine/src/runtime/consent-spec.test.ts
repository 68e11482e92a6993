// Invariants of docs/consent.spec.md that no other test shows by itself.
import { expect, it } from 'vitest';
import { Rig } from './rig.suite.js';

it('drops what the type does not declare', async () => {
  const rig = await Rig.open();
  await rig.say('ann', 'granted', 'personalise', 'train');
  const view = rig.view('ann', 'tea');
  await rig.send({ ...view, properties: { ...view.properties, undeclared: 'secret-4417' } });
  const texts = [...rig.engine.log.read(0)].map(({ bytes }) => Buffer.from(bytes ?? []).toString());
  expect(texts.some((text) => text.includes('tea'))).toBe(true);
  expect(texts.some((text) => text.includes('secret-4417'))).toBe(false);
});

it('talks no type out of asking for consent', async () => {
  const rig = await Rig.open();
  const declaration = { eventType: 'item.viewed', purpose: 'train', basis: 'legitimate_interests', reason: 'test' } as const;
  expect(await rig.engine.declareBasis(declaration)).toMatchObject({ ok: false, code: 'basis_not_declarable' });
});

it('seals every event', async () => {
  const rig = await Rig.open();
  await rig.say('ann-8812', 'granted', 'personalise', 'train');
  await rig.visit('ann-8812', 'item-5120');
  await rig.engine.close();
  for (const name of rig.disk.list('log')) {
    const file = rig.disk.open(`log/${name}`);
    const bytes = Buffer.from(file.read(0, file.size()));
    expect(['ann-8812', 'item-5120', 'item.viewed'].filter((text) => bytes.includes(text))).toEqual([]);
  }
});

it('folds no trait from what was kept for another purpose', async () => {
  const rig = await Rig.open();
  await rig.say('ann', 'granted', 'train');
  await rig.visit('ann', 'tea');
  const profile = rig.engine.profile('ann');
  expect(profile.ok && [profile.value.traits, profile.value.events]).toEqual([{}, 2]);
});

it('learns from no event that was not kept for it, though a basis holds for another type', async () => {
  const rig = await Rig.open();
  await rig.engine.declareBasis({ eventType: 'item.imported', purpose: 'train', basis: 'contract', reason: 'test' });
  await rig.say('ann', 'granted', 'personalise');
  await rig.visit('ann', 'tea', 'cup');
  expect(rig.engine.core.model.index.visits).toBe(0);
});
