// Whatever is done in whatever order, the file log shows what the log in memory shows: appends, syncs, redactions, compactions, closings,
// kills.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MemoryLog } from '../memory-log.js';
import { eventOf, LogRig } from './log-rig.js';

type Deed =
  | { readonly kind: 'append'; readonly sizes: readonly number[] }
  | { readonly kind: 'redact'; readonly picks: readonly number[] }
  | { readonly kind: 'one'; readonly pick: number }
  | { readonly kind: 'sync' | 'compact' | 'reopen' | 'kill' };

const fraction = fc.double({ min: 0, max: 0.999999, noNaN: true });
const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      sizes: fc.array(fc.integer({ min: 0, max: 180 }), { minLength: 1, maxLength: 7 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('redact' as const), picks: fc.array(fraction, { maxLength: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('one' as const), pick: fraction }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('sync' as const, 'compact' as const, 'reopen' as const, 'kill' as const) }) },
);

async function take(rig: LogRig, model: MemoryLog, step: Deed, at: number): Promise<void> {
  switch (step.kind) {
    case 'append': {
      const events = step.sizes.map((size, index) => eventOf(`${at}.${index} ${'z'.repeat(size)}`, index));
      expect(rig.log.append(events)).toEqual(model.append(events));
      return;
    }
    case 'redact': {
      if (model.head === 0) return;
      const positions = step.picks.map((pick) => Math.floor(pick * model.head));
      await Promise.all([rig.log.redact(positions), model.redact(positions)]);
      return;
    }
    case 'one': {
      const position = Math.floor(step.pick * (model.head + 1));
      expect(shown(rig.log.readOne(position))).toEqual(shown(model.readOne(position)));
      return;
    }
    case 'sync':
      await rig.log.sync();
      expect(rig.log.durable).toBe(model.head);
      return;
    case 'compact':
      await rig.log.compact();
      return;
    case 'reopen':
      await rig.close();
      await rig.open();
      return;
    case 'kill':
      rig.kill();
      await rig.open();
  }
}

const shown = (entry: { position: number; mask: number; bytes: Uint8Array | null } | undefined): unknown =>
  entry === undefined ? undefined : [entry.position, entry.mask, entry.bytes === null ? null : new TextDecoder().decode(entry.bytes)];

test('the file log is the log in memory, whatever happens to it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { maxLength: 60 }), async (steps) => {
      const rig = new LogRig();
      await rig.open();
      const model = new MemoryLog();
      for (const [at, step] of steps.entries()) await take(rig, model, step, at);
      expect([...rig.log.read(0)].map(shown)).toEqual([...model.read(0)].map(shown));
      expect([rig.log.head, rig.log.redactions]).toEqual([model.head, model.redactions]);
      const { headHash: _, ...report } = model.verify();
      expect(rig.log.verify()).toMatchObject(report);
      expect(rig.failures).toEqual([]);
      await rig.close();
    }),
    { seed: 20260101, numRuns: 600 },
  );
});
