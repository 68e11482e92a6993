import { describe, expect, test } from 'vitest';
import { SeededSigner } from '../../adapters/seeded-signer.js';
import { openCheckpoint, parseCheckpoint, signCheckpoint } from './checkpoint.js';
import { keyIdOf, openNote, parseVerifierKey, signNote, verifierKeyOf, verifierKeyText, type VerifierKey } from './signed-note.js';

// The example of the specification (C2SP signed-note, "Example"): a verifier key and a note that it signed.
const exampleKey = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const exampleNote = [
  'This is an example message.',
  '',
  '\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=',
  '',
].join('\n');

const signer = new SeededSigner('ethogram.example/log', Buffer.alloc(32, 5));
const other = new SeededSigner('ethogram.example/other', Buffer.alloc(32, 6));
const keyOf = ({ name, publicKey }: SeededSigner): VerifierKey => verifierKeyOf(name, publicKey);

function parsed(text: string): VerifierKey {
  const key = parseVerifierKey(text);
  if (key === undefined) throw new Error('a verifier key');
  return key;
}

describe('C2SP signed note', () => {
  test('the example of the specification verifies, under the key id that it states', () => {
    const key = parsed(exampleKey);
    expect([key.name, Buffer.from(key.keyId).toString('hex'), verifierKeyText(key)]).toEqual(['example.com/foo', '530d903a', exampleKey]);
    expect(Buffer.from(keyIdOf(key.name, key.publicKey)).toString('hex')).toBe('530d903a');
    expect(openNote(exampleNote, [key])).toEqual({ ok: true, text: 'This is an example message.\n', signatures: 1 });
  });

  test('no byte of it can be another one', () => {
    const key = parsed(exampleKey);
    const bytes = Buffer.from(exampleNote, 'utf8');
    for (let at = 0; at < bytes.length; at += 1) {
      for (const bit of [1, 2, 16, 128]) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ bit;
        expect(openNote(changed.toString('utf8'), [key]).ok, `byte ${at}`).toBe(false);
      }
    }
  });

  test('signatures by unknown keys are passed over; one by a known key that does not hold refuses all', () => {
    const text = 'said\n';
    const [one, two] = [signNote(text, signer), signNote(text, other)];
    const lineOf = (note: string): string => note.slice(note.indexOf('\u2014'));
    const both = one + lineOf(two);
    expect(openNote(both, [keyOf(signer)])).toEqual({ ok: true, text, signatures: 2 });
    expect(openNote(both, [keyOf(signer), keyOf(other)]).ok).toBe(true);
    const forged = one + lineOf(signNote('else\n', other));
    expect(openNote(forged, [keyOf(signer)]).ok).toBe(true);
    expect(openNote(forged, [keyOf(signer), keyOf(other)]).ok).toBe(false);
    expect(openNote(two, [keyOf(signer)]).ok).toBe(false);
    expect(openNote(one, []).ok).toBe(false);
  });

  test('a text may hold empty lines; what is no note is refused', () => {
    const key = keyOf(signer);
    expect(openNote(signNote('a\n\nb\n', signer), [key])).toMatchObject({ ok: true, text: 'a\n\nb\n' });
    const good = signNote('a\n', signer);
    for (const bad of [
      '',
      'a\n',
      good.slice(0, -1),
      `${good}\n`,
      good.replace('\u2014 ', '- '),
      good.replace('a\n', 'a\u0001\n'),
      `\u0000${good}`,
    ]) {
      expect(openNote(bad, [key]).ok, JSON.stringify(bad)).toBe(false);
    }
  });

  test('a verifier key whose id, type or length is not its own is none', () => {
    const text = verifierKeyText(keyOf(signer));
    expect(parseVerifierKey(text)).toEqual(keyOf(signer));
    const encoded = (bytes: Buffer): string => bytes.toString('base64');
    const raw = Buffer.concat([Buffer.of(1), signer.publicKey]);
    const id = Buffer.from(keyIdOf(signer.name, signer.publicKey)).toString('hex');
    for (const bad of [
      text.replace(/\+[0-9a-f]{8}\+/, '+00000000+'),
      text.replace('ethogram', 'other'),
      `a b+00000000+${encoded(raw)}`,
      `${signer.name}+${id}+${encoded(raw.subarray(0, 32))}`,
      `${signer.name}+${id}+${encoded(Buffer.concat([Buffer.of(4), signer.publicKey]))}`,
      'nothing',
      '',
    ]) {
      expect(parseVerifierKey(bad), bad).toBeUndefined();
    }
  });
});

describe('C2SP checkpoint', () => {
  const root = Buffer.alloc(32, 9);

  test('three lines, signed by the key whose name is the origin', () => {
    const note = signCheckpoint(12, root, signer);
    expect(note.startsWith(`ethogram.example/log\n12\n${root.toString('base64')}\n\n\u2014 ethogram.example/log `)).toBe(true);
    expect(openCheckpoint(note, [keyOf(signer)])).toMatchObject({ ok: true, checkpoint: { origin: 'ethogram.example/log', size: 12 } });
    expect(openCheckpoint(note, [keyOf(other)]).ok).toBe(false);
  });

  test('leading zeros, signs, extension lines and other lengths are refused', () => {
    const line = root.toString('base64');
    expect(parseCheckpoint(`o\n0\n${line}\n`)?.size).toBe(0);
    for (const bad of [
      `o\n012\n${line}\n`,
      `o\n-1\n${line}\n`,
      `o\n1\n${line}\nmore\n`,
      `o\n1\n${line}`,
      `\n1\n${line}\n`,
      `o\n1\nAAAA\n`,
      'o\n1\n',
    ]) {
      expect(parseCheckpoint(bad), bad).toBeUndefined();
    }
    const elsewhere = signNote(`elsewhere\n1\n${line}\n`, signer);
    expect(openCheckpoint(elsewhere, [keyOf(signer)])).toEqual({ ok: false, reason: 'the origin is not the name of the key' });
  });
});
