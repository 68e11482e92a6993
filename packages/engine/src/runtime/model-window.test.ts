// The model learns from a window of the log: what leaves it is forgotten, in a replay as well, and no walk over the rows is needed.
import { expect, test } from 'vitest';
import { MemoryState } from '../adapters/memory-state.js';
import { Rig } from './rig.suite.js';

class CountedState extends MemoryState {
  walks = 0;
  override range(table: string, from?: string, below?: string): Iterable<readonly [string, string]> {
    if (table === 'visit') this.walks += 1;
    return super.range(table, from, below);
  }
}

const window = { modelWindowPositions: 2_000 };

test('old visits leave, a replay agrees, and the rows are walked over at opening alone', async () => {
  const rig = new Rig();
  const state = new CountedState();
  rig.state = state;
  await rig.start(undefined, window);
  const people = Array.from({ length: 40 }, (_, each) => `p${each}`);
  for (const person of people) await rig.say(person, 'granted', 'train');
  const walks = state.walks;
  for (let round = 0; round < 150; round += 1) {
    rig.clock.advance(3_600_000);
    await rig.engine.accept(people.map((person) => rig.view(person, `i${round % 7}`)));
  }
  const { index } = rig.engine.core.model;
  const { position } = rig.engine.core.fold;
  expect(position).toBeGreaterThan(3 * window.modelWindowPositions);
  expect(index.visits).toBeGreaterThan(0);
  expect(index.oldest).toBeGreaterThan(position - 2 * window.modelWindowPositions);
  expect(state.walks).toBe(walks);
  const before = [...rig.engine.core.dump()];
  await rig.engine.close();
  rig.state = new MemoryState();
  await rig.start(undefined, window);
  expect([...rig.engine.core.dump()]).toEqual(before);
});
