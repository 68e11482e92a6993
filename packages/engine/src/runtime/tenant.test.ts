// The salts of a tenant: a changed byte is refused, wherever it is, and what older versions wrote is taken once.
import { expect, it } from 'vitest';
import { MemoryDisk } from '../adapters/memory-disk.js';
import { SeededEntropy } from '../adapters/seeded-entropy.js';
import { openTenant, tenantIn } from './tenant.js';

const opened = (disk: MemoryDisk) => openTenant(disk, new SeededEntropy(disk.files().size + 1));
const fileOn = (disk: MemoryDisk): Buffer => Buffer.from(disk.files().get('tenant.json') ?? []);
const holding = (bytes: Uint8Array): MemoryDisk => MemoryDisk.holding(new Map([['tenant.json', bytes]]));

it('is made once, and is the same from then on', async () => {
  const disk = new MemoryDisk();
  const tenant = await opened(disk);
  const file = fileOn(disk);
  expect(await opened(disk)).toEqual(tenant);
  expect([fileOn(disk).equals(file), tenantIn(file)]).toEqual([true, { tenant, isChecked: true }]);
});

it('is refused with a code, and left as it is, whichever bit of it has changed, and when it is cut off', async () => {
  const disk = new MemoryDisk();
  await opened(disk);
  const file = fileOn(disk);
  const changed = Array.from({ length: file.length * 8 }, (_, bit) => {
    const copy = Buffer.from(file);
    copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    return copy;
  });
  const cut = Array.from({ length: file.length - 1 }, (_, length) => file.subarray(0, length));
  for (const bytes of [...changed, ...cut]) {
    const broken = holding(bytes);
    await expect(opened(broken)).rejects.toMatchObject({ code: 'tenant_damaged' });
    expect(fileOn(broken).equals(bytes)).toBe(true);
  }
});

it('of an older version has no checksum, and gets one', async () => {
  const disk = new MemoryDisk();
  const tenant = await opened(disk);
  const older = holding(Buffer.from(`${JSON.stringify(tenant)}\n`));
  expect(await opened(older)).toEqual(tenant);
  expect(fileOn(older).equals(fileOn(disk))).toBe(true);
});
