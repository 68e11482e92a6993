// Checks a receipt with nothing but the file and the public key: what `ethogram receipt verify` does on another machine.
import type { VerifierKey } from '../ledger/signed-note.js';
import { checkConsent, consentFormat, type ConsentCheck } from './consent-receipt.js';
import { checkErasure, erasureFormat, type ErasureCheck } from './erasure-receipt.js';
import { openDocument } from './signed-document.js';

export type ReceiptCheck = ErasureCheck | ConsentCheck;

/** `subject`: whether it concerns that id is told, too. */
export function checkReceipt(
  file: Uint8Array,
  keys: readonly VerifierKey[],
  subject?: string,
): { readonly ok: true; readonly check: ReceiptCheck } | { readonly ok: false; readonly reason: string } {
  const opened = openDocument(file, keys);
  if (!opened.ok) return opened;
  const { content } = opened;
  if (content['format'] === erasureFormat) return checkErasure(content, keys, subject);
  if (content['ethogram:format'] === consentFormat) return checkConsent(content, keys, subject);
  return { ok: false, reason: 'it is no receipt of a form that this version knows' };
}
