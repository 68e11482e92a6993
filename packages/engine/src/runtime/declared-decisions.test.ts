// Whom nobody has asked is told so: a decision that rests on what the deployment declared claims nobody's permission.
import { expect, test } from 'vitest';
import { smallestChoice } from '../pack/smallest-choice.suite.js';
import { Rig } from './rig.suite.js';

async function imported(): Promise<Rig> {
  const rig = new Rig();
  rig.choicePoints = [smallestChoice];
  await rig.start();
  for (const purpose of ['personalise', 'train'] as const)
    await rig.engine.declareBasis({ eventType: 'item.imported', purpose, basis: 'legitimate_interests', reason: 'test' });
  await rig.engine.upsertItems([{ id: 'tea', title: 'Tea' }]);
  await rig.send({ ...rig.view('ann', 'tea'), type: 'item.imported' });
  return rig;
}

test('a ranking says on what it rests, in its record and in words', async () => {
  const rig = await imported();
  const ranked = () => {
    const decision = rig.engine.rank({ point: 'home', subject: 'ann' });
    if (!decision.ok) return expect.unreachable(decision.code);
    const why = rig.engine.why(decision.value.id);
    return [decision.value.basis, why.ok && why.value.decision.basis, why.ok && why.value.summary, why.ok && why.value.reproducible];
  };
  const declared = 'Ranked from the item of the current visit, on a declared basis (legitimate interests).';
  expect(ranked()).toEqual(['legitimate_interests', 'legitimate_interests', declared, true]);
  await rig.say('ann', 'granted', 'personalise');
  const granted = "Ranked from the item of the current visit, with the person's permission to personalise.";
  expect(ranked()).toEqual([undefined, undefined, granted, true]);
  await rig.say('ann', 'objected', 'personalise');
  expect(ranked().slice(0, 2)).toEqual([undefined, undefined]);
});

test('so does a choice', async () => {
  const rig = await imported();
  const chosen = async () => {
    const choice = await rig.engine.chooseAction({ point: 'offer', subject: 'ann' });
    if (!choice.ok) return expect.unreachable(choice.code);
    const why = rig.engine.whyChoice(choice.value.id);
    return [choice.value.basis, why.ok && why.value.summary];
  };
  expect(await chosen()).toEqual([
    'legitimate_interests',
    expect.stringMatching(/, for this person, on a declared basis \(legitimate interests\)\.$/),
  ]);
  await rig.say('ann', 'granted', 'personalise');
  expect(await chosen()).toEqual([undefined, expect.stringMatching(/, for this person, with their permission\.$/)]);
});
