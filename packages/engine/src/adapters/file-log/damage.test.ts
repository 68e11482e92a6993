// What a crash can leave is cut or kept; what it cannot leave is refused, and then nothing is served and nothing changed.
import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { frameBytes, segmentHeadBytes } from './format.js';
import { LogRig, smallLimits } from './log-rig.js';
import { RecordWindow } from './record-window.js';

const big = { segmentBytes: 64 * 1024, reserveBytes: 2048, recordBytesMax: 2048 };

/** Offsets and sizes of the records in a segment's bytes. */
function recordsIn(bytes: Uint8Array): { at: number; length: number; headerBytes: number }[] {
  const file = { read: (at: number, length: number) => bytes.slice(at, at + length), size: () => bytes.length };
  const unused = (): never => expect.unreachable('only reads');
  const window = new RecordWindow();
  const found = [];
  const disk = { ...file, write: unused, preallocate: unused, truncate: unused, sync: unused, close: unused };
  for (let at = segmentHeadBytes; ;) {
    const record = window.at(disk, at, bytes.length);
    if (record === undefined) return found;
    found.push({ at, length: record.bytes.length, headerBytes: record.header.length });
    at += record.bytes.length;
  }
}

function contentOf(rig: LogRig, name: string): Uint8Array {
  return rig.disk.files().get(`log/${name}`) ?? expect.unreachable(`${name} is there`);
}

async function refuses(rig: LogRig, problem?: string): Promise<void> {
  const before = rig.fingerprint();
  const error = await rig.open(big).then(
    () => expect.unreachable('opened'),
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: 'log_damaged' });
  if (problem !== undefined) expect(String(error)).toContain(problem);
  expect(rig.fingerprint()).toEqual(before);
  rig.keys.close();
}

/** Batches of two events, each synced; killed, not closed, unless asked for. */
async function written(batches: number, limits = big, closes = false): Promise<LogRig> {
  const rig = new LogRig();
  await rig.open(limits);
  for (let batch = 0; batch < batches; batch++) {
    rig.append([`first of ${batch}`, `second of ${batch}`]);
    await rig.log.sync();
  }
  if (closes) await rig.close();
  else rig.kill();
  return rig;
}

test('a last record torn at any byte is cut, and the log goes on in its place', async () => {
  const rig = await written(3);
  const [name = ''] = rig.segments();
  const last = recordsIn(contentOf(rig, name)).at(-1) ?? expect.unreachable('three records');
  for (let kept = 0; kept < last.length; kept++) {
    const torn = rig.copy((files) => files.get(`log/${name}`)?.fill(0, last.at + kept, last.at + last.length));
    await torn.open(big);
    const isWhole = last.length - kept < 8 && torn.log.head === 6; // only padding, which is zero anyway, was torn off
    expect(torn.log.head).toBe(isWhole ? 6 : 4);
    expect(
      contentOf(torn, name)
        .subarray(last.at, last.at + 8)
        .some((byte) => byte !== 0),
    ).toBe(isWhole);
    expect(torn.append(['instead'])).toBe(torn.log.head - 1);
    await torn.close();
    await torn.open(big);
    expect(torn.texts().slice(0, 4)).toEqual(['first of 0', 'second of 0', 'first of 1', 'second of 1']);
    expect(torn.texts().at(-1)).toBe('instead');
    expect(torn.log.verify().ok).toBe(true);
    await torn.close();
  }
});

test('garbage in place of the last record is cut to zeros up to the end of the segment', async () => {
  const rig = await written(3);
  const [name = ''] = rig.segments();
  const last = recordsIn(contentOf(rig, name)).at(-1) ?? expect.unreachable('three records');
  const torn = rig.copy((files) => files.get(`log/${name}`)?.fill(0xab, last.at, last.at + 5000));
  await torn.open(big);
  expect(torn.log.head).toBe(4);
  expect(
    contentOf(torn, name)
      .subarray(last.at)
      .every((byte) => byte === 0),
  ).toBe(true);
  await torn.close();
});

test('records written after the last sync may survive without those before them: all are cut', async () => {
  const rig = await written(2);
  await rig.open(big);
  for (const text of ['lost', 'kept', 'kept too']) rig.append([text]);
  rig.kill();
  const [name = ''] = rig.segments();
  const lost = recordsIn(contentOf(rig, name))[2] ?? expect.unreachable('five records');
  const crashed = rig.copy((files) => files.get(`log/${name}`)?.fill(0, lost.at, lost.at + lost.length));
  await crashed.open(big);
  expect(crashed.log.head).toBe(4);
  expect(crashed.append(['new'])).toBe(4);
  await crashed.close();
  await crashed.open(big);
  expect([crashed.texts().at(-1), crashed.log.head]).toEqual(['new', 5]);
  await crashed.close();
});

test('a segment that a crash left without what it continues is removed', async () => {
  const rig = await written(1, smallLimits);
  await rig.open();
  while (rig.segments().length < 4) rig.append(['unsynced'.repeat(40)]);
  rig.kill();
  const [, second = '', third = ''] = rig.segments();
  const crashed = rig.copy((files) => files.delete(`log/${second}`));
  await crashed.open();
  expect(crashed.segments()).not.toContain(third);
  expect(crashed.append(['goes on'])).toBe(Number(second.slice(0, 20)));
  await crashed.close();
  await crashed.open();
  expect(crashed.log.verify().ok).toBe(true);
  await crashed.close();
});

test.each([
  ['lost', 0],
  ['torn', 20],
])('a segment whose key a crash left %s takes no more records', async (_, kept) => {
  const rig = await written(1, smallLimits);
  await rig.open();
  const before = rig.keys.ids();
  while (rig.segments().length < 3) rig.append(['unsynced'.repeat(40)]); // the third was not prepared: its key is not durable
  const lost = rig.keys.ids().find((id) => !before.includes(id)) ?? 0;
  rig.kill();
  const third = rig.segments()[2] ?? '';
  const crashed = rig.copy((files) => {
    files.get('keys/keys.dat')?.fill(0, 1024 + (lost - 1) * 64 + kept, 1024 + lost * 64);
    files.get(`log/${third}`)?.fill(0, segmentHeadBytes);
  });
  await crashed.open();
  const first = Number(third.slice(0, 20));
  expect(crashed.append(['goes on'])).toBe(first);
  await crashed.log.redact([first]);
  await crashed.log.compact(); // destroys the key of that segment, which must be nobody else's
  expect(crashed.append(['and on'])).toBe(first + 1);
  await crashed.close();
  await crashed.open();
  expect(crashed.log.verify().ok).toBe(true);
  await crashed.close();
});

test('a flipped bit anywhere before the last record is refused', async () => {
  const rig = await written(12);
  const [name = ''] = rig.segments();
  const records = recordsIn(contentOf(rig, name)).slice(0, -2);
  let flips = 0;
  for (const [index, { at, length }] of records.entries()) {
    for (let offset = index; offset < length; offset += 11) {
      const flipped = rig.copy((files) => {
        const bytes = files.get(`log/${name}`);
        if (bytes !== undefined) bytes[at + offset] = (bytes[at + offset] ?? 0) ^ (1 << (offset % 8));
      });
      await refuses(flipped, `${name} at offset ${at}`);
      flips++;
    }
  }
  expect(flips).toBeGreaterThan(200);
});

test('in a log that was closed, a flipped bit in the last event is refused too', async () => {
  const rig = await written(3, big, true);
  const [name = ''] = rig.segments();
  const [, , last] = recordsIn(contentOf(rig, name));
  if (last === undefined) return expect.unreachable('three records and a mark');
  for (let offset = 0; offset < last.length; offset += 5) {
    const flipped = rig.copy((files) => {
      const bytes = files.get(`log/${name}`);
      if (bytes !== undefined) bytes[last.at + offset] = (bytes[last.at + offset] ?? 0) ^ 0x10;
    });
    await refuses(flipped, `${name} at offset ${last.at}`);
  }
});

test('every byte of a segment head counts, in the first and in a middle segment', async () => {
  const rig = await written(60, smallLimits);
  const [first = '', , third = ''] = rig.segments();
  for (const name of [first, third]) {
    for (let at = 0; at < segmentHeadBytes; at += 3) {
      await refuses(rig.copy((files) => files.get(`log/${name}`)?.fill((contentOf(rig, name)[at] ?? 0) ^ 0x21, at, at + 1)));
    }
  }
});

test('a segment missing, cut short, swapped or doubled is refused', async () => {
  const rig = await written(60, smallLimits);
  const [first = '', second = '', third = ''] = rig.segments();
  const last = rig.segments().at(-1) ?? '';
  for (const name of [first, second]) await refuses(rig.copy((files) => files.delete(`log/${name}`)));
  for (const name of [first, second, last]) {
    // Of a last segment without a whole head nobody can say more than that a crash may have left it so.
    for (const length of [...(name === last ? [] : [0, 60]), 200, 3000, smallLimits.segmentBytes - 1]) {
      await refuses(rig.copy((files) => files.set(`log/${name}`, contentOf(rig, name).slice(0, length))));
    }
  }
  await refuses(rig.copy((files) => files.set(`log/${second}`, contentOf(rig, third)).set(`log/${third}`, contentOf(rig, second))));
  await refuses(rig.copy((files) => files.set(`log/${second}`, contentOf(rig, first))));
});

test('a record of another log, however intact, is refused', async () => {
  const [one, two] = [await written(5), await written(5)];
  const [name = ''] = one.segments();
  const record = recordsIn(contentOf(one, name))[2] ?? expect.unreachable('five records');
  const foreign = contentOf(two, name).slice(record.at, record.at + record.length);
  await refuses(
    one.copy((files) => files.get(`log/${name}`)?.set(foreign, record.at)),
    'does not continue the chain',
  );
});

test('without a key that it needs, or with the keys of another log, the log is refused', async () => {
  const rig = await written(1);
  const other = await written(1);
  await refuses(
    rig.copy((files) => files.get('keys/keys.dat')?.fill(0, 1024)),
    'lacks key',
  );
  const foreign = rig.copy((files) => {
    for (const [path, bytes] of other.disk.files()) if (!path.startsWith('log')) files.set(path, bytes);
  });
  await refuses(foreign, 'does not open the seal');
});

test('a log of a later format is refused by name', async () => {
  const { crc32 } = await import('node:zlib');
  const rig = await written(2);
  const [name = ''] = rig.segments();
  const later = rig.copy((files) => {
    const bytes = Buffer.from(files.get(`log/${name}`) ?? []);
    bytes.writeUInt32LE(2, 4);
    bytes.writeUInt32LE(crc32(bytes.subarray(0, 124)), 124);
    files.set(`log/${name}`, bytes);
  });
  await expect(later.open(big)).rejects.toMatchObject({ code: 'log_version' });
});

test('rot under an open log is never served, and verify names the place', async () => {
  const rig = await written(5);
  await rig.open(big);
  const [name = ''] = rig.segments();
  const { at, headerBytes } = recordsIn(contentOf(rig, name))[2] ?? expect.unreachable('five records');
  const file = rig.disk.open(`log/${name}`);
  for (const offset of [frameBytes + 60, frameBytes + headerBytes + 21, frameBytes + headerBytes + 50]) {
    const good = file.read(at + offset, 1);
    file.write(at + offset, Uint8Array.of((good[0] ?? 0) ^ 4));
    expect(() => rig.log.readOne(4)).toThrow('log_damaged');
    expect(rig.log.verify().problems[0]).toBe(`${name} at offset ${at}: record damaged`);
    file.write(at + offset, good);
  }
  expect(rig.log.verify().ok).toBe(true);
  await rig.close();
});
