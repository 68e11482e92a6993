// People for tests of segments: a rig opened with the definitions of the simulated world, in which some bought, some viewed, some did
// nothing.
import { worldDefinitions } from '../sim/world-definitions.js';
import { Rig } from './rig.suite.js';

export async function shoppers(count: number): Promise<Rig> {
  const rig = await Rig.open(undefined, worldDefinitions);
  for (let person = 0; person < count; person += 1) {
    const subject = `p${person.toString().padStart(2, '0')}`;
    await rig.say(subject, 'granted', 'personalise', 'analytics', 'train');
    rig.clock.advance(1000);
    for (let n = 0; n <= person; n += 1) {
      const event = { ...rig.view(subject, 'tea'), type: 'order.completed', properties: { total: 10 + n } };
      await rig.send(event);
    }
  }
  await rig.engine.moveTime();
  return rig;
}
