// ethogram evidence: writes the evidence of a folder as pages, JSON and proofs, and checks such a folder with nothing but the public key.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolderPath } from '../adapters/node-disk.js';
import { SystemClock } from '../adapters/system-clock.js';
import { evidenceOf, proofsOf, type Evidence } from '../answer/evidence/evidence.js';
import { evidencePages } from '../answer/evidence/evidence-pages.js';
import { openCheckpoint } from '../answer/ledger/checkpoint.js';
import { verifierKeyText, type VerifierKey } from '../answer/ledger/signed-note.js';
import { eventProof, isEventProof, shownEvent } from '../answer/receipt/event-proof.js';
import { openDocument, signDocument } from '../answer/receipt/signed-document.js';
import { CodedError } from '../base/errors.js';
import type { Engine } from '../runtime/engine.js';
import { evidenceFacts } from '../runtime/evidence-facts.js';
import { UsageError } from './arguments.js';
import { dataOption, type Command } from './command.js';
import { DataFolder, withEngine } from './data-folder.js';
import { exitCode } from './exit-code.js';
import { packsOption } from './pack-file.js';
import { keyOption, verifierKeys } from './verifier-keys.js';

export const evidence: Command = {
  name: 'evidence',
  summary: 'write what an auditor asks for, generated from registry and log, or check it',
  synopsis: 'evidence --out DIR [--packs LIST] | evidence --verify DIR --key KEY',
  help: [
    'Record of processing (GDPR art. 30), inputs to an impact assessment, recipients and transfers, retention, erasure and consent',
    'statistics, model cards, guardrails, breach register, acts of administration: pages and JSON, each statement with a link to a',
    'registry entry or to a ledger proof. Counts of people are at least five, or say "fewer than 5". --verify checks such a folder',
    'on another machine. Name the packs that the folder is served with: their decision points and rules do not stand in the log.',
  ],
  examples: ['ethogram evidence --out ./evidence', 'ethogram evidence --verify ./evidence --key ledger-key.txt'],
  options: {
    ...dataOption,
    ...keyOption,
    ...packsOption,
    out: { type: 'string', value: 'DIR', help: 'a new or empty folder' },
    verify: { type: 'string', value: 'DIR', help: 'check that folder instead of writing one' },
  },
  argument: { kind: 'none' },
  shape: ['--out: out, statements, proofs, size', '--verify: ok, statements, proofs, size'],
  async run(args, terminal) {
    args.none();
    const checked = args.text('verify');
    if (checked !== undefined) {
      const done = verifyEvidence(checked, verifierKeys(args));
      terminal.result({ ok: true, ...done }, () => [
        `${done.statements} statements, ${done.proofs} proofs: all lead to the signed checkpoint.`,
      ]);
      return exitCode.ok;
    }
    const out = args.needed('out', 'the folder to write to');
    if (existsSync(out) && readdirSync(out).length > 0) throw new UsageError('--out is not empty');
    const done = await withEngine(new DataFolder(args), terminal, (engine) => writeEvidence(engine, out));
    terminal.result({ out, ...done }, () => [`${done.statements} statements and ${done.proofs} proofs in ${out}: begin with index.html.`]);
    return exitCode.ok;
  },
};

interface Written {
  readonly statements: number;
  readonly proofs: number;
  readonly size: number;
}

/** Throws CodedError ledger_forked. */
export async function writeEvidence(engine: Engine, out: string): Promise<Written> {
  await engine.drain();
  const signed = engine.ledger.checkpoint();
  if (!signed.ok) throw new CodedError(signed.code);
  const { note, size } = signed.value;
  const told = evidenceOf(evidenceFacts(engine, new SystemClock().now(), size));
  makeFolderPath(join(out, 'proofs'));
  const proofs = proofsOf(told);
  for (const position of proofs) {
    const proven = engine.ledger.prove(position, size);
    if (proven === undefined) throw new CodedError('log_damaged', `position ${position} has no proof`);
    writeFileSync(join(out, 'proofs', `${position}.json`), `${JSON.stringify(eventProof(proven), null, 1)}\n`);
  }
  writeFileSync(join(out, 'checkpoint.txt'), note);
  writeFileSync(
    join(out, 'keys.txt'),
    engine.ledger
      .keys()
      .map((key) => `${verifierKeyText(key)}\n`)
      .join(''),
  );
  writeFileSync(join(out, 'evidence.json'), signDocument({ ...told }, engine.ledger.signer));
  for (const { name, html } of evidencePages(told)) writeFileSync(join(out, name), html);
  return { statements: countOf(told), proofs: proofs.length, size };
}

function countOf({ sections }: Evidence): number {
  return sections.reduce((sum, { statements }) => sum + statements.length, 0);
}

/** Undefined for what is no JSON. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Signature, checkpoint, every link, and that the pages say what the signed file says. Throws CodedError receipt_refused. */
export function verifyEvidence(folder: string, keys: readonly VerifierKey[]): Written {
  const refuse = (reason: string): never => {
    throw new CodedError('receipt_refused', reason);
  };
  const opened = openDocument(readFileSync(join(folder, 'evidence.json')), keys);
  if (!opened.ok) return refuse(`evidence.json: ${opened.reason}`);
  const told = opened.content as { readonly [key: string]: unknown } & Evidence; // signed for by the key that we trust
  const checkpoint = openCheckpoint(readFileSync(join(folder, 'checkpoint.txt'), 'utf8'), keys);
  if (!checkpoint.ok) return refuse(`checkpoint.txt: ${checkpoint.reason}`);
  const entries = new Set(told.registry.map(({ id }) => id));
  for (const { statements } of told.sections)
    for (const { says, source } of statements)
      if ('registry' in source && !entries.has(source.registry)) refuse(`no registry entry for: ${says}`);
  const proofs = proofsOf(told);
  for (const position of proofs) {
    const path = join(folder, 'proofs', `${position}.json`);
    const proof = existsSync(path) ? jsonIn(readFileSync(path, 'utf8')) : undefined;
    const shown = isEventProof(proof) ? shownEvent(proof, checkpoint.checkpoint) : undefined;
    if (shown?.position !== position) refuse(`the proof of position ${position} does not hold`);
  }
  for (const { name, html } of evidencePages(told)) {
    const path = join(folder, name);
    if (!existsSync(path) || readFileSync(path, 'utf8') !== html) refuse(`${name} does not say what evidence.json says`);
  }
  return { statements: countOf(told), proofs: proofs.length, size: checkpoint.checkpoint.size };
}
