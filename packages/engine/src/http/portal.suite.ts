// A portal for tests: the real door with one over a small shop, and somebody who has a past there. No test of its own.
import { sealedTickets } from '../adapters/sealed-tickets.js';
import { SeededEntropy } from '../adapters/seeded-entropy.js';
import { Doorway } from './doorway.suite.js';

export const shopStartMs = Date.parse('2026-03-01T09:30:00Z');

export async function portalDoor(): Promise<Doorway> {
  const entropy = new SeededEntropy(21);
  const doorway = await Doorway.open(async (rig) => {
    rig.clock.set(shopStartMs);
    await rig.engine.close();
    // No uniform slice: what is told of a decision must not hang on its draw.
    await rig.start([{ name: 'home', kind: 'rank', limit: 10, uniformPpm: 0 }]);
    return { engine: rig.engine, portal: { tickets: sealedTickets(new Uint8Array(32).fill(3), 'portal', entropy), entropy } };
  });
  const { rig } = doorway;
  const ids = ['tea', 'cup', 'pot', 'coffee', 'mug', 'mill'];
  await rig.engine.upsertItems(ids.map((id) => ({ id, title: `The ${id}`, stock: 5 })));
  for (let n = 0; n < 6; n += 1) {
    for (const [who, ...items] of [
      [`t${n}`, 'tea', 'cup', 'pot'],
      [`c${n}`, 'coffee', 'mug', 'mill'],
    ] as const) {
      await rig.say(who, 'granted', 'personalise', 'train');
      await rig.visit(who, ...items);
    }
  }
  return doorway;
}

/** Ann allowed two purposes, looked at two things, and was answered. Resolves with the id of the decision. */
export async function annVisits({ rig }: Doorway): Promise<string> {
  await rig.say('ann', 'granted', 'personalise', 'train');
  await rig.visit('ann', 'coffee', 'tea');
  const decided = rig.engine.rank({ point: 'home', subject: 'ann', exclude: ['coffee', 'tea'] });
  if (!decided.ok) throw new Error(decided.code);
  await rig.engine.drain();
  return decided.value.id;
}

/** The address of a fresh link for somebody, as the host gets it. */
export async function linkFor(doorway: Doorway, subject: string): Promise<string> {
  const reply = await fetch(`${doorway.url}/v1/subjects/${subject}/portal-link`, { method: 'POST' });
  const { path }: { path: string } = JSON.parse(await reply.text());
  return doorway.url + path;
}
