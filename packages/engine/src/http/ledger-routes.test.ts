import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCheckpoint, type Checkpoint } from '../answer/ledger/checkpoint.js';
import { isConsistent, isIncluded } from '../answer/ledger/proof.js';
import { parseVerifierKey, type VerifierKey } from '../answer/ledger/signed-note.js';
import { checkReceipt } from '../answer/receipt/check-receipt.js';
import { Doorway, view } from './doorway.suite.js';

let doorway: Doorway;
beforeAll(async () => {
  doorway = await Doorway.open();
});
afterAll(() => doorway.close());

async function text(path: string): Promise<string> {
  const response = await fetch(doorway.url + path);
  expect(response.status, path).toBe(200);
  return response.text();
}

async function keys(): Promise<VerifierKey[]> {
  return (await text('/v1/ledger/keys'))
    .split('\n')
    .map(parseVerifierKey)
    .filter((key) => key !== undefined);
}

async function checkpoint(): Promise<Checkpoint> {
  const opened = openCheckpoint(await text('/v1/ledger/checkpoint'), await keys());
  if (!opened.ok) throw new Error(opened.reason);
  return opened.checkpoint;
}

const granting = { context: { consent: { categoryPreferences: { personalise: true } } } };
const bytes = (base64: string): Buffer => Buffer.from(base64, 'base64');

test('checkpoints, inclusion and consistency are served, and hold for somebody who has only the key', async () => {
  await doorway.post('/v1/batch', { batch: [view('ann', 'tea', granting)] });
  const older = await checkpoint();
  await doorway.post('/v1/batch', { batch: [view('ann', 'cup')] });
  const newer = await checkpoint();
  expect(newer.size).toBeGreaterThan(older.size);
  const link: { proof: string[] } = JSON.parse(await text(`/v1/ledger/consistency?from=${older.size}&to=${newer.size}`));
  const sizes = { size1: BigInt(older.size), size2: BigInt(newer.size), root1: older.root, root2: newer.root };
  expect(isConsistent({ ...sizes, proof: link.proof.map(bytes) })).toBe(true);
  for (let record = 0; record < newer.size; record += 1) {
    const { leafHash, proof }: { leafHash: string; proof: string[] } = JSON.parse(
      await text(`/v1/ledger/inclusion?record=${record}&size=${newer.size}`),
    );
    const place = { index: BigInt(record), size: BigInt(newer.size), leaf: bytes(leafHash), root: newer.root };
    expect(isIncluded({ ...place, proof: proof.map(bytes) })).toBe(true);
  }
});

test('what the tree does not have is refused by code', async () => {
  for (const path of [
    'inclusion?record=5000&size=1',
    'inclusion?record=0',
    'inclusion?record=-1&size=1',
    'consistency?from=0&to=1',
    'consistency?from=2&to=1',
    'consistency',
  ]) {
    const refused = await doorway.send('GET', `/v1/ledger/${path}`);
    expect([refused.status, refused.body.error?.code], path).toEqual([400, 'ledger_range']);
  }
  expect((await doorway.send('GET', '/v1/receipts/none')).body.error?.code).toBe('receipt_unknown');
  expect((await doorway.send('GET', '/v1/subjects/nobody/consent-receipt')).body.error?.code).toBe('subject_unknown');
});

test('receipts come as files: of consent with its notice, of an erasure with and without the copy of the person', async () => {
  const notice = { id: 'n1', version: '2', language: 'de', sha256: '0'.repeat(64) };
  await doorway.post('/v1/consents', {
    subject: 'kim',
    choices: { train: 'granted' },
    origin: 'banner',
    notice: { ...notice, more: 'dropped' },
  });
  const consent = await text('/v1/subjects/kim/consent-receipt');
  expect(checkReceipt(Buffer.from(consent), await keys(), 'kim')).toMatchObject({
    ok: true,
    check: { choices: { train: 'granted' }, concerns: true },
  });
  expect(consent).toContain(notice.sha256);
  expect(consent).not.toContain('dropped');
  const answered = await fetch(`${doorway.url}/v1/subjects/kim`, { method: 'DELETE' });
  const erased: { receipt: string; document: string; events: number } = JSON.parse(await answered.text());
  const own = checkReceipt(Buffer.from(erased.document), await keys(), 'kim');
  expect(own).toMatchObject({
    ok: true,
    check: { kind: 'erasure', erasure: { receipt: erased.receipt, events: erased.events }, concerns: true },
  });
  await doorway.rig.engine.completeErasures();
  const completed = checkReceipt(Buffer.from(await text(`/v1/receipts/${erased.receipt}`)), await keys(), 'kim');
  expect(completed).toMatchObject({ ok: true, check: { completedAt: doorway.rig.clock.now(), concerns: null } });
});
