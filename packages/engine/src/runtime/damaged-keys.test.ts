// Whatever happens to a slot of the key store: the engine opens with everything that was there, or refuses and leaves every file as it was.
import { expect, test } from 'vitest';
import { MemoryDisk } from '../adapters/memory-disk.js';
import { Rig } from './rig.suite.js';

const [headBytes, slotBytes] = [1024, 64];

/** A log of which some is sealed by person, and its folder as it stands closed. */
async function made(): Promise<{
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly dump: readonly string[];
  readonly now: number;
}> {
  const rig = await Rig.open();
  for (const subject of ['ann', 'bob']) {
    await rig.say(subject, 'granted', 'personalise', 'train');
    await rig.visit(subject, 'tea', 'cup');
  }
  await rig.engine.erase(['ann']);
  await rig.engine.completeErasures();
  await rig.visit('bob', 'pot');
  const dump = await rig.dump();
  await rig.engine.close();
  return { files: rig.disk.files(), dump, now: rig.clock.now() };
}

const damages: { readonly [what: string]: (slot: Buffer) => void } = {
  'a bit of its checksum': (slot) => void slot.writeUInt8(slot.readUInt8(60) ^ 4, 60),
  'a bit of its number': (slot) => void slot.writeUInt8(slot.readUInt8(1) ^ 1, 1),
  'a bit of its state': (slot) => void slot.writeUInt8(slot.readUInt8(4) ^ 2, 4),
  'a bit of the key': (slot) => void slot.writeUInt8(slot.readUInt8(20) ^ 128, 20),
  'a byte of the key': (slot) => void slot.writeUInt8(slot.readUInt8(20) ^ 255, 20),
  'its checksum': (slot) => void slot.fill(0x55, 60),
  'all of it': (slot) => void slot.fill(0x55),
};

test('a refusal changes nothing, and with the sound store put back everything is there', async () => {
  const { files, dump, now } = await made();
  const slots = 8;
  const ends: string[] = [];
  for (const [what, damage] of Object.entries(damages))
    for (let index = 0; index < slots; index += 1) {
      const store = Buffer.from(files.get('keys/keys.dat') ?? []);
      damage(store.subarray(headBytes + index * slotBytes, headBytes + (index + 1) * slotBytes));
      const before = new Map(files).set('keys/keys.dat', store);
      const rig = new Rig(MemoryDisk.holding(before));
      rig.clock.set(now);
      const refused = await rig.start().then(
        () => null,
        (error: unknown) => error,
      );
      ends.push(`${what}: ${refused === null ? 'opened' : 'refused'}`);
      if (refused === null) {
        expect([await rig.dump(), (await rig.engine.verify()).problems]).toEqual([dump, []]);
        await rig.engine.close();
        continue;
      }
      expect(refused).toMatchObject({ code: 'log_damaged' });
      expect([...rig.disk.files()].map(([path, bytes]) => [path, Buffer.from(bytes).toString('base64')])).toEqual(
        [...before].sort(([one], [other]) => (one < other ? -1 : 1)).map(([path, bytes]) => [path, Buffer.from(bytes).toString('base64')]),
      );
    }
  // One bit is mended; more of a key that is needed is refused.
  expect(new Set(ends.filter((end) => end.startsWith('a bit')))).toEqual(
    new Set(
      Object.keys(damages)
        .slice(0, 4)
        .map((what) => `${what}: opened`),
    ),
  );
  expect(ends).toContain('all of it: refused');
});
