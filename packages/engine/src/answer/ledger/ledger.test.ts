import { describe, expect, test } from 'vitest';
import { HashFiles } from '../../adapters/hash-files.js';
import { MemoryDisk } from '../../adapters/memory-disk.js';
import { MemoryHashes } from '../../adapters/memory-hashes.js';
import { MemoryLog } from '../../adapters/memory-log.js';
import { SeededSigner } from '../../adapters/seeded-signer.js';
import { openCheckpoint } from './checkpoint.js';
import { Ledger } from './ledger.js';
import { naiveRoot } from './naive-tree.suite.js';
import { isIncluded } from './proof.js';
import { sha256 } from './tree-hash.js';

const signer = new SeededSigner('ethogram.example/log', Buffer.alloc(32, 1));
const ledgerOver = (log: MemoryLog, store: HashFiles | MemoryHashes): Ledger => new Ledger(log, store, () => signer);

async function logOf(records: number, start = 0): Promise<MemoryLog> {
  const log = new MemoryLog();
  await addTo(log, records, start);
  return log;
}

async function addTo(log: MemoryLog, records: number, start = 0): Promise<void> {
  for (let record = start; record < start + records; record += 1) log.append([{ bytes: Buffer.from(`event ${record}`), mask: 1 }]);
  await log.sync();
}

function signed(ledger: Ledger): { readonly size: number; readonly root: string } {
  const made = ledger.checkpoint();
  if (!made.ok) throw new Error(made.code);
  const opened = openCheckpoint(made.value.note, ledger.keys());
  if (!opened.ok) throw new Error(opened.reason);
  return { size: opened.checkpoint.size, root: Buffer.from(opened.checkpoint.root).toString('hex') };
}

describe('the ledger', () => {
  test('is the tree over the header hashes of the durable records, and of nothing else', async () => {
    const log = await logOf(40);
    const ledger = ledgerOver(log, new MemoryHashes());
    log.append([{ bytes: Buffer.from('not synced'), mask: 1 }]);
    expect(signed(ledger)).toEqual({ size: 40, root: naiveRoot(log.headerHashes(0, 40)).toString('hex') });
    expect(ledger.behind).toBe(0);
    await log.sync();
    expect([ledger.behind, signed(ledger).size]).toEqual([1, 41]);
  });

  test('law 2: a redaction changes no root; what is gone has no evidence, everything else still proves itself', async () => {
    const log = await logOf(9);
    const ledger = ledgerOver(log, new MemoryHashes());
    const before = signed(ledger);
    await log.redact([4]);
    await log.compact();
    expect(signed(ledgerOver(log, new MemoryHashes()))).toEqual(before);
    expect(ledger.prove(4, 9)).toBeUndefined();
    const proven = ledger.prove(5, 9);
    if (proven === undefined) throw new Error('the event is there');
    const { leaf } = ((): { leaf: Uint8Array } => {
      const found = ledger.inclusion(5, 9);
      if (!found.ok) throw new Error(found.code);
      return found.value;
    })();
    expect(isIncluded({ index: 5n, size: 9n, leaf, root: ledger.root(9), proof: proven.path })).toBe(true);
    expect(sha256(Buffer.concat([proven.evidence.salt, proven.evidence.bytes])).equals(proven.evidence.header.subarray(56, 88))).toBe(true);
  });

  test('goes on where it was saved, and is built anew when what lies there does not fit, with the same root', async () => {
    const disk = new MemoryDisk();
    const log = await logOf(300);
    const first = ledgerOver(log, await HashFiles.open(disk, 'ledger'));
    first.catchUp();
    await first.save();
    first.catchUp();
    await addTo(log, 50, 300);
    first.catchUp();
    first.close();
    const again = ledgerOver(log, await HashFiles.open(disk, 'ledger'));
    expect(again.size).toBe(300);
    const wanted = { size: 350, root: naiveRoot(log.headerHashes(0, 350)).toString('hex') };
    expect(signed(again)).toEqual(wanted);
    await again.save();
    again.close();
    const file = disk.open('ledger/level-0');
    file.write(320 * 32, Buffer.alloc(32, 1));
    file.close();
    const rebuilt = ledgerOver(log, await HashFiles.open(disk, 'ledger'));
    expect(rebuilt.size).toBe(0);
    expect(signed(rebuilt)).toEqual(wanted);
  });

  test('is built anew when a level lacks a hash, also when root and note agree about the wrong tree', async () => {
    const log = await logOf(600);
    const store = new MemoryHashes();
    const whole = ledgerOver(log, store);
    const wanted = signed(whole);
    store.truncate(1, 1);
    const [root, last] = [whole.root(600), ...log.headerHashes(599, 600)].map((hash) => Buffer.from(hash).toString('hex'));
    await store.save(JSON.stringify({ format: 'ethogram-ledger/1', size: 600, root, last, checkpoint: null }));
    expect(root).not.toBe(wanted.root);
    expect(signed(ledgerOver(log, store))).toEqual(wanted);
    expect(wanted.root).toBe(naiveRoot(log.headerHashes(0, 600)).toString('hex'));
  });

  test('signs nothing over a log that is not the one it signed before: rolled back, or changed', async () => {
    for (const other of [await logOf(20), await logOf(40, 7)]) {
      const disk = new MemoryDisk();
      const ledger = ledgerOver(await logOf(30), await HashFiles.open(disk, 'ledger'));
      signed(ledger);
      await ledger.save();
      ledger.close();
      const forked = ledgerOver(other, await HashFiles.open(disk, 'ledger'));
      expect([forked.checkpoint(), forked.checkpoint()]).toEqual([
        { ok: false, code: 'ledger_forked' },
        { ok: false, code: 'ledger_forked' },
      ]);
      await forked.save();
      forked.close();
      expect(ledgerOver(other, await HashFiles.open(disk, 'ledger')).checkpoint().ok).toBe(false);
    }
  });

  test('refuses proofs of sizes that it has not had', async () => {
    const ledger = ledgerOver(await logOf(5), new MemoryHashes());
    const refused = { ok: false, code: 'ledger_range' };
    expect([ledger.inclusion(5, 5), ledger.inclusion(0, 6), ledger.inclusion(-1, 5), ledger.inclusion(Number.NaN, 5)]).toEqual([
      refused,
      refused,
      refused,
      refused,
    ]);
    expect([ledger.consistency(0, 5), ledger.consistency(3, 6), ledger.consistency(4, 3)]).toEqual([refused, refused, refused]);
  });
});
