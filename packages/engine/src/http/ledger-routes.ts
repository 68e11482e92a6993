// The ledger over HTTP, for everybody: the signed checkpoint, the keys that check it, and proofs. They tell sizes and hashes, nothing about
// anybody. Receipts are for who holds a secret key: an erasure receipt names nobody, a consent receipt is for its person.
import { fail, ok, type Result } from '../base/result.js';
import { toBase64 } from '../base/strict-base64.js';
import { verifierKeyText } from '../answer/ledger/signed-note.js';
import type { Engine } from '../runtime/engine.js';
import { answer, refuse } from './cold-answer.js';
import { isId } from '../model/id.js';
import type { RouteTable } from './route-table.js';
import { callerOf } from './unmasked-answer.js';

const forAll = { needs: 'none', browser: true } as const;
const plain = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' } as const;

export function addLedger(table: RouteTable, { engine }: { readonly engine: Engine }): void {
  const { ledger } = engine;
  table.add('GET', '/v1/ledger/checkpoint', forAll, () => {
    const signed = ledger.checkpoint();
    return signed.ok ? new Response(signed.value.note, { headers: plain }) : refuse(signed);
  });
  table.add('GET', '/v1/ledger/keys', forAll, () => {
    const lines = ledger.keys().map((key) => `${verifierKeyText(key)}\n`);
    return new Response(lines.join(''), { headers: plain });
  });
  table.add('GET', '/v1/ledger/inclusion', forAll, ({ query }) => answer(inclusion(engine, query('record'), query('size'))));
  table.add('GET', '/v1/ledger/consistency', forAll, ({ query }) => answer(consistency(engine, query('from'), query('to'))));
  table.add('GET', '/v1/receipts/:id', { needs: 'secret' }, ({ param }) => file(engine.answers.erasureReceipt(param('id'))));
  table.add('GET', '/v1/subjects/:id/consent-receipt', { needs: 'secret' }, async ({ param, key }) => {
    const id = param('id');
    if (!isId(id)) return refuse(fail('subject_unknown'));
    const noted = await engine.unmaskings.note(callerOf(key), [id]);
    return noted.ok ? file(await engine.answers.consentReceipt(id)) : refuse(noted);
  });
}

/** Exactly the bytes that were signed: to be kept as they are. */
function file(document: Result<string>): Response {
  if (!document.ok) return refuse(document);
  return new Response(document.value, { headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' } });
}

/** A proof in the usual public form; `wantErr` false, so that it is a test vector as it is. */
function inclusion({ ledger }: Engine, record: string | undefined, size: string | undefined): Result<object> {
  const [leafIdx, treeSize] = [wholeIn(record), wholeIn(size)];
  const found = ledger.inclusion(leafIdx, treeSize);
  if (!found.ok) return found;
  const { leaf, path } = found.value;
  return ok({
    leafIdx,
    treeSize,
    root: toBase64(ledger.root(treeSize)),
    leafHash: toBase64(leaf),
    proof: path.map(toBase64),
    wantErr: false,
  });
}

function consistency({ ledger }: Engine, from: string | undefined, to: string | undefined): Result<object> {
  const [size1, size2] = [wholeIn(from), wholeIn(to)];
  const found = ledger.consistency(size1, size2);
  if (!found.ok) return found;
  const [root1, root2] = [toBase64(ledger.root(size1)), toBase64(ledger.root(size2))];
  return ok({ size1, size2, root1, root2, proof: found.value.map(toBase64), wantErr: false });
}

/** NaN for what is no whole number, which no range holds. */
function wholeIn(text: string | undefined): number {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
}
