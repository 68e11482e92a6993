// The erasure receipt: what somebody who was erased can hold against the host, and check without it. It names nobody. Of each id that was
// asked for it holds a commitment, SHA-256(salt || id), which also stands in the log; the 256-bit salts are given to the person alone, in
// their copy, and are kept nowhere, so nobody else can tell, not even by trying ids.
// It shows that the log says so, irrevocably, at that place; it cannot show that no copy of a key or of the data is elsewhere, and says so.
import { Buffer } from 'node:buffer';
import { fail, ok, type Result } from '../../base/result.js';
import { canonicalJson } from '../../base/canonical-json.js';
import { fromBase64, toBase64 } from '../../base/strict-base64.js';
import { systemTypes } from '../../model/system-event.js';
import { openCheckpoint } from '../ledger/checkpoint.js';
import type { Ledger } from '../ledger/ledger.js';
import type { VerifierKey } from '../ledger/signed-note.js';
import { sha256 } from '../ledger/tree-hash.js';
import type { ErasureReceipt, ReceiptRow } from '../receipts.js';
import { eventProof, isEventProof, shownEvent, type ShownEvent } from './event-proof.js';
import { signDocument, type Content } from './signed-document.js';

export const erasureFormat = 'ethogram-erasure-receipt/1';

const proves = [
  'The log of the ledger named in the checkpoint says that these people were erased, at that place and time.',
  'Whoever signed the checkpoint cannot show a history without it, as long as anybody keeps this file.',
  'Once `completed` is there: the log says that ciphertext and keys beneath were destroyed.',
] as const;

const cannotProve = [
  'That no copy of a key or of the data was made elsewhere before: no log can.',
  'What disks keep of blocks that were written over.',
  'That what `kept` names is not used for anything else, and destroyed when its period ends; nor what is kept outside of Ethogram.',
] as const;

/** SHA-256(salt || id in UTF-8), base 64. */
export function commitmentOf(salt: Uint8Array, subject: string): string {
  return toBase64(sha256(Buffer.concat([salt, Buffer.from(subject, 'utf8')])));
}

/**
 * The receipt as a file. `salts`: for the person's own copy, base 64, in the order of the commitments. Fails with ledger_forked, disk_full,
 * or with receipt_unknown when its event is not there any more.
 */
export function erasureDocument(receipt: string, row: Readonly<ReceiptRow>, ledger: Ledger, salts?: readonly string[]): Result<string> {
  const signed = ledger.checkpoint();
  if (!signed.ok) return signed;
  const { note, size } = signed.value;
  const recorded = ledger.prove(row.position, size);
  const completed = row.completedPosition === null ? undefined : ledger.prove(row.completedPosition, size);
  if (recorded === undefined) return fail('receipt_unknown');
  const { erasedAt, deadlineAt, subjects, events, commitments, kept, completedAt } = row;
  const told: ErasureReceipt = {
    receipt,
    erasedAt,
    deadlineAt,
    subjects,
    events,
    ...(commitments === undefined ? {} : { commitments }),
    ...(kept === undefined ? {} : { kept }),
  };
  const content: Content = {
    format: erasureFormat,
    erasure: told,
    completedAt: completed === undefined ? null : completedAt,
    ...(salts === undefined ? {} : { salts }),
    proves,
    cannotProve,
    checkpoint: note,
    recorded: eventProof(recorded),
    completed: completed === undefined ? null : eventProof(completed),
  };
  return ok(signDocument(content, ledger.signer));
}

export interface ErasureCheck {
  readonly kind: 'erasure';
  readonly erasure: ErasureReceipt;
  readonly completedAt: number | null;
  /** Position of the event in the log, and size of the tree of the checkpoint. */
  readonly position: number;
  readonly size: number;
  /** Whether it concerns that id; null when none was given, or the file holds no salts. */
  readonly concerns: boolean | null;
}

/** Checks what an opened receipt says against its own proofs. */
export function checkErasure(
  content: Content,
  keys: readonly VerifierKey[],
  subject?: string,
): { readonly ok: true; readonly check: ErasureCheck } | { readonly ok: false; readonly reason: string } {
  const { checkpoint: note, recorded, completed, erasure, completedAt, salts } = content;
  const opened = openCheckpoint(typeof note === 'string' ? note : '', keys);
  if (!opened.ok) return { ok: false, reason: `its checkpoint: ${opened.reason}` };
  const { checkpoint } = opened;
  const first = isEventProof(recorded) ? shownEvent(recorded, checkpoint) : undefined;
  if (first?.event.type !== systemTypes.erasureRecorded) return { ok: false, reason: 'the log does not say so' };
  const told = first.event.properties['told'] as ErasureReceipt; // written by the engine, and signed for
  if (canonicalJson(told) !== canonicalJson(erasure)) return { ok: false, reason: 'the log says something else' };
  if (completed !== null) {
    const second = isEventProof(completed) ? shownEvent(completed, checkpoint) : undefined;
    if (!completes(second, told, completedAt)) return { ok: false, reason: 'the log does not say that it was completed' };
  }
  const check = { kind: 'erasure', erasure: told, position: first.position, size: checkpoint.size } as const;
  const at = completed !== null && typeof completedAt === 'number' ? completedAt : null;
  return { ok: true, check: { ...check, completedAt: at, concerns: concernsOf(told, salts, subject) } };
}

function completes(shown: ShownEvent | undefined, { receipt }: ErasureReceipt, completedAt: unknown): boolean {
  if (shown?.event.type !== systemTypes.erasureCompleted || shown.event.occurredAt !== completedAt) return false;
  const receipts: unknown = shown.event.properties['receipts'];
  return Array.isArray(receipts) && receipts.includes(receipt);
}

function concernsOf({ commitments = [] }: ErasureReceipt, salts: unknown, subject: string | undefined): boolean | null {
  if (subject === undefined || !Array.isArray(salts)) return null;
  return salts.some((salt: unknown) => {
    const bytes = typeof salt === 'string' ? fromBase64(salt) : undefined;
    return bytes !== undefined && commitments.includes(commitmentOf(bytes, subject));
  });
}
