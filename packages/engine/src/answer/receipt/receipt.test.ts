// Must hold on another machine: everything here is checked with the bytes of the file and a public key, nothing else.
import { beforeAll, describe, expect, test } from 'vitest';
import { canonicalJson } from '../../base/canonical-json.js';
import { Rig } from '../../runtime/rig.suite.js';
import { verifierKeyOf, type VerifierKey } from '../ledger/signed-note.js';
import { checkReceipt } from './check-receipt.js';
import { commitmentOf } from './erasure-receipt.js';
import { signDocument } from './signed-document.js';

const notice = { id: 'https://shop.example/notice', version: '3', language: 'en', sha256: 'ab'.repeat(32) };

interface Kept {
  readonly rig: Rig;
  readonly keys: readonly VerifierKey[];
  readonly own: Buffer;
  readonly again: Buffer;
  readonly completed: Buffer;
  readonly consent: Buffer;
}

function bytesOf(document: { readonly ok: true; readonly value: string } | { readonly ok: false; readonly code: string }): Buffer {
  if (!document.ok) throw new Error(document.code);
  return Buffer.from(document.value, 'utf8');
}

async function scene(): Promise<Kept> {
  const rig = await Rig.open();
  await rig.engine.choose('zoe-47', { choices: { personalise: 'granted', train: 'granted' }, origin: 'banner', notice });
  await rig.say('eve', 'granted', 'personalise');
  await rig.visit('zoe-47', 'tea', 'cup');
  await rig.visit('eve', 'tea');
  rig.clock.advance(1000);
  await rig.engine.choose('zoe-47', { choices: { train: 'withdrawn' }, origin: 'account page' });
  const consent = bytesOf(await rig.engine.answers.consentReceipt('zoe-47'));
  const erased = await rig.engine.erase(['zoe-47']);
  const own = bytesOf(rig.engine.answers.erasureReceipt(erased.receipt, erased.salts));
  const again = bytesOf(rig.engine.answers.erasureReceipt(erased.receipt));
  await rig.engine.completeErasures();
  const completed = bytesOf(rig.engine.answers.erasureReceipt(erased.receipt));
  return { rig, keys: rig.engine.ledger.keys(), own, again, completed, consent };
}

let kept: Kept;
beforeAll(async () => {
  kept = await scene();
}, 240_000);

/** Every byte, with one of its bits turned. */
function refusesEveryFlip(file: Buffer, keys: readonly VerifierKey[]): void {
  for (let at = 0; at < file.length; at += 1) {
    const changed = Buffer.from(file);
    changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
    if (checkReceipt(changed, keys).ok) throw new Error(`byte ${at} of ${file.length} may be another one`);
  }
}

describe('an erasure receipt', () => {
  test('verifies with the file and the public key alone: at once, and again when bytes and keys are destroyed', () => {
    const { own, again, completed, keys, rig } = kept;
    const first = checkReceipt(own, keys);
    expect(first).toMatchObject({
      ok: true,
      check: { kind: 'erasure', erasure: { subjects: 1, events: 4 }, completedAt: null, concerns: null },
    });
    expect(checkReceipt(again, keys)).toMatchObject({ ok: true, check: { completedAt: null } });
    expect(checkReceipt(completed, keys)).toMatchObject({ ok: true, check: { completedAt: rig.clock.now() } });
  });

  test('one flipped byte anywhere is refused', () => {
    refusesEveryFlip(kept.own, kept.keys);
    refusesEveryFlip(kept.completed, kept.keys);
  });

  test('so is a byte more or less, another order or spacing, another key', () => {
    const { own, keys, rig } = kept;
    const text = own.toString('utf8');
    const value: Record<string, unknown> = JSON.parse(text);
    const other = verifierKeyOf(rig.engine.ledger.signer.name, Buffer.alloc(32, 3));
    for (const bad of [
      `${text}\n`,
      ` ${text}`,
      text.slice(0, -2),
      JSON.stringify(value, null, 1),
      JSON.stringify(Object.fromEntries(Object.entries(value).toReversed())),
      `\ufeff${text}`,
    ]) {
      expect(checkReceipt(Buffer.from(bad), keys).ok).toBe(false);
    }
    expect(checkReceipt(own, [other]).ok).toBe(false);
    expect(checkReceipt(Buffer.from(text.trimEnd()), keys).ok).toBe(true);
  });

  test('the person can show that it is theirs, and nobody can tell from what the host keeps', () => {
    const { own, again, completed, keys } = kept;
    const concerns = (file: Buffer, subject: string): unknown => {
      const checked = checkReceipt(file, keys, subject);
      return checked.ok ? checked.check.concerns : checked.reason;
    };
    expect([concerns(own, 'zoe-47'), concerns(own, 'eve'), concerns(again, 'zoe-47'), concerns(completed, 'zoe-47')]).toEqual([
      true,
      false,
      null,
      null,
    ]);
  });

  test('law 2: it names nobody, nor does the log: no id, no salt, and the salted hash cannot be tried without the salt', async () => {
    const { own, again, completed, rig } = kept;
    const { salts } = JSON.parse(own.toString('utf8')) as { readonly salts: readonly string[] };
    for (const file of [own, again, completed]) expect(file.includes('zoe-47')).toBe(false);
    const dump = (await rig.dump()).join('\n');
    for (const salt of salts) {
      expect(dump.includes(salt)).toBe(false);
      for (const file of [again, completed]) expect(file.includes(salt)).toBe(false);
      for (const { bytes } of rig.engine.log.read(0)) if (bytes !== null) expect(Buffer.from(bytes).includes(salt)).toBe(false);
    }
    expect(dump).toContain(commitmentOf(Buffer.from(salts[0] ?? '', 'base64'), 'zoe-47'));
  });

  test('whoever holds the key cannot sign what the log does not say', () => {
    const { own, keys, rig } = kept;
    const { signature, ...content } = JSON.parse(own.toString('utf8')) as Record<string, unknown>;
    expect(typeof signature).toBe('string');
    const erasure = content['erasure'] as Record<string, unknown>;
    const resigned = (change: Record<string, unknown>): Buffer =>
      Buffer.from(signDocument({ ...content, ...change }, rig.engine.ledger.signer));
    expect(checkReceipt(resigned({}), keys).ok).toBe(true);
    expect(checkReceipt(resigned({ erasure: { ...erasure, events: 400 } }), keys)).toEqual({
      ok: false,
      reason: 'the log says something else',
    });
    expect(checkReceipt(resigned({ completed: content['recorded'], completedAt: 5 }), keys).ok).toBe(false);
    const recorded = content['recorded'] as Record<string, unknown>;
    expect(checkReceipt(resigned({ recorded: { ...recorded, record: 0 } }), keys)).toEqual({
      ok: false,
      reason: 'the log does not say so',
    });
  });
});

describe('a consent receipt', () => {
  test('says what was chosen, in the order of the log, under which notice, in the record shape of TS 27560 and DPV', () => {
    const { consent, keys } = kept;
    expect(checkReceipt(consent, keys, 'zoe-47')).toMatchObject({
      ok: true,
      check: { kind: 'consent', subject: 'zoe-47', choices: { personalise: 'granted', train: 'withdrawn' }, concerns: true },
    });
    const receipt: Record<string, unknown> = JSON.parse(consent.toString('utf8'));
    expect(receipt).toMatchObject({ '@type': 'dpv:ConsentReceipt', 'dct:conformsTo': 'https://w3id.org/dpv/schema/dpv-27560#receipt' });
    const records = receipt['dpv:hasRecordOfActivity'] as readonly Record<string, unknown>[];
    expect(records.map((record) => (record['dpv:hasPurpose'] as Record<string, unknown>)['skos:broader'])).toEqual([
      'dpv:ServicePersonalisation',
      'dpv:ResearchAndDevelopment',
    ]);
    expect(records[1]).toMatchObject({
      '@type': 'dpv:ConsentRecord',
      'dpv:hasDataSubject': { '@id': 'zoe-47' },
      'dpv:hasNotice': [{ '@id': notice.id, 'dct:hasVersion': '3', 'dct:language': 'en', 'ethogram:sha256': notice.sha256 }],
      'dpv:hasConsentStatus': [
        { '@type': ['dpv:ConsentGiven', 'dpv:ExpressedConsent'], 'dpv:hasIndicationMethod': 'banner' },
        { '@type': ['dpv:ConsentWithdrawn'], 'dpv:hasIndicationMethod': 'account page' },
      ],
    });
  });

  test('one flipped byte anywhere is refused; so is another status, signed by the very key', () => {
    const { consent, keys, rig } = kept;
    refusesEveryFlip(consent, keys);
    const { signature, ...content } = JSON.parse(consent.toString('utf8')) as Record<string, unknown>;
    expect(typeof signature).toBe('string');
    const turned: Record<string, unknown> = JSON.parse(canonicalJson(content).replaceAll('dpv:ConsentWithdrawn', 'dpv:ConsentGiven'));
    expect(checkReceipt(Buffer.from(signDocument(content, rig.engine.ledger.signer)), keys).ok).toBe(true);
    expect(checkReceipt(Buffer.from(signDocument(turned, rig.engine.ledger.signer)), keys)).toEqual({
      ok: false,
      reason: 'the log says something else',
    });
  });

  test('choices in another order than that of the log are refused, and so is one that is shown twice, signed by the very key', () => {
    const { consent, keys, rig } = kept;
    const { signature, ...content } = JSON.parse(consent.toString('utf8')) as Record<string, unknown>;
    expect(typeof signature).toBe('string');
    const events = content['ethogram:events'] as readonly unknown[];
    const [personalise = {}, train = {}] = content['dpv:hasRecordOfActivity'] as readonly Record<string, unknown>[];
    const said = 'dpv:hasConsentStatus';
    const [granted, withdrawn] = train[said] as readonly unknown[];
    const [also] = personalise[said] as readonly unknown[];
    const resigned = (order: readonly unknown[], ...statuses: readonly (readonly unknown[])[]): Buffer => {
      const records = [personalise, train].map((record, n) => ({ ...record, [said]: statuses[n] }));
      const change = { 'ethogram:events': order, 'dpv:hasRecordOfActivity': records };
      return Buffer.from(signDocument({ ...content, ...change }, rig.engine.ledger.signer));
    };
    expect(checkReceipt(resigned(events, [also], [granted, withdrawn]), keys).ok).toBe(true);
    const refused = { ok: false, reason: 'its choices are not in the order of the log' };
    expect(checkReceipt(resigned(events.toReversed(), [also], [withdrawn, granted]), keys)).toEqual(refused);
    expect(checkReceipt(resigned([...events, events[0]], [also, also], [granted, withdrawn, granted]), keys)).toEqual(refused);
  });

  test('there is none for somebody who chose nothing, nor after an erasure', async () => {
    expect(await kept.rig.engine.answers.consentReceipt('nobody')).toEqual({ ok: false, code: 'subject_unknown' });
    expect(await kept.rig.engine.answers.consentReceipt('zoe-47')).toEqual({ ok: false, code: 'subject_unknown' });
    expect((await kept.rig.engine.answers.consentReceipt('eve')).ok).toBe(true);
  });
});
