// A person is erased while the disk is full: the answer is theirs all the same, with the salts that are kept nowhere else.
import { expect, test } from 'vitest';
import { HashFiles } from '../adapters/hash-files.js';
import { sealedTickets } from '../adapters/sealed-tickets.js';
import { SeededEntropy } from '../adapters/seeded-entropy.js';
import { SeededSigner } from '../adapters/seeded-signer.js';
import { commitmentOf } from '../answer/receipt/erasure-receipt.js';
import { fromBase64 } from '../base/strict-base64.js';
import { Rig } from '../runtime/rig.suite.js';
import { Door } from './door.js';

const ledgerFiles = async (rig: Rig): Promise<void> => {
  const signer = new SeededSigner('ethogram.example/log', Buffer.alloc(32, 1));
  await rig.start(undefined, { hashes: await HashFiles.open(rig.disk, 'ledger'), signer });
};

test('an erasure on a full disk is answered, with the salts in place of a signed copy; all closes, and opens again', async () => {
  const rig = new Rig();
  await ledgerFiles(rig);
  await rig.say('ann', 'granted', 'personalise', 'train');
  await rig.visit('ann', 'tea', 'pot');
  expect(rig.engine.ledger.checkpoint().ok).toBe(true);
  const bugs: unknown[] = [];
  const entropy = new SeededEntropy(5);
  const portal = { tickets: sealedTickets(Buffer.alloc(32, 9), 'test', entropy), entropy };
  const door = new Door({ engine: rig.engine, clock: rig.clock, onError: (error) => bugs.push(error), portal });
  const { url } = await door.listen({ port: 0 });

  rig.disk.spaceBytes = rig.disk.usedBytes;
  const erased = await fetch(`${url}/v1/subjects/ann`, { method: 'DELETE' });
  const answer: { readonly receipt: string; readonly document: null; readonly salts: readonly string[] } = JSON.parse(await erased.text());
  expect([erased.status, answer]).toEqual([200, expect.objectContaining({ success: true, events: 3, document: null })]);
  const { commitments } = rig.engine.core.receipts.get(answer.receipt) ?? {};
  const [salt = ''] = answer.salts;
  expect(commitments).toEqual([commitmentOf(fromBase64(salt) ?? new Uint8Array(), 'ann')]);
  for (const path of ['/v1/ledger/checkpoint', `/v1/receipts/${answer.receipt}`, `/me/receipts/${answer.receipt}/file`]) {
    const refused = await fetch(url + path);
    expect([path, refused.status, JSON.parse(await refused.text())]).toMatchObject([path, 507, { error: { code: 'disk_full' } }]);
  }
  expect([bugs, rig.halted]).toEqual([[], null]);
  await door.close();
  await rig.engine.close();

  rig.disk.spaceBytes = Infinity;
  await ledgerFiles(rig);
  expect(rig.engine.answers.erasureReceipt(answer.receipt).ok).toBe(true);
  expect((await rig.engine.verify()).ok).toBe(true);
  await rig.engine.close();
});

test('records that the tree has no room for wait for it, and stop nobody', async () => {
  const rig = new Rig();
  await ledgerFiles(rig);
  rig.engine.ledger.catchUp();
  const size = rig.engine.ledger.size;
  await rig.say('ann', 'granted', 'personalise');
  rig.disk.spaceBytes = rig.disk.usedBytes;
  rig.engine.ledger.catchUp();
  expect(rig.engine.ledger.size).toBe(size);
  expect(rig.engine.ledger.checkpoint()).toEqual({ ok: false, code: 'disk_full' });
  rig.disk.spaceBytes = Infinity;
  expect(rig.engine.ledger.checkpoint()).toMatchObject({ ok: true, value: { size: rig.engine.log.durableRecords } });
  await rig.engine.close();
});
