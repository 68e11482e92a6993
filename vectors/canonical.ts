// Canonical JSON of RFC 8785. Three forms are read: pairs in JSON, {input, output} (also `expected`, `canonical`, `canonicalized`), where
// `input` is a JSON text or the value itself and a case that must be refused says `wantErr` or `error` and has no output; folders `input/`
// and `output/` with files of the same names (and `outhex/`, bytes in hex), as cyberphone/json-canonicalization has them; and lines
// `hex of a double,text` for the form of numbers.
import { canonicalJson } from 'ethogram/internal/base/canonical-json';
import { strictJson } from 'ethogram/internal/base/strict-json';
import { judged, isFields, textIn, unknown, type Fields, type Outcome } from './outcome.js';

const kind = 'rfc8785';
const outputs = ['output', 'expected', 'canonical', 'canonicalized', 'expected_output', 'expectedOutput'] as const;
const refusals = ['wantErr', 'error', 'shouldFail', 'expectError'] as const;

export function isCanonicalVector(value: unknown): value is Fields {
  return isFields(value) && 'input' in value && (textIn(value, ...outputs) !== undefined || isRefusal(value));
}

function isRefusal(vector: Fields): boolean {
  return refusals.some((name) => vector[name] !== undefined && vector[name] !== null && vector[name] !== false && vector[name] !== '');
}

export function canonicalOutcome(vector: Fields, name: string): Outcome {
  const label = textIn(vector, 'name', 'desc', 'description', 'comment') ?? name;
  const { input } = vector;
  if (isRefusal(vector)) return judged(kind, label, (typeof input === 'string' ? ofText(input) : ofValue(input)) !== undefined, false);
  const wanted = textIn(vector, ...outputs);
  // A string may be a JSON text or be meant as the value; another text than the right one comes of neither.
  const given = typeof input === 'string' ? [ofText(input), ofValue(input)] : [ofValue(input)];
  return differs(label, given.includes(wanted));
}

/** The canonical text of a JSON text; undefined when it is refused. */
export function ofText(text: string): string | undefined {
  try {
    return canonicalJson(strictJson(text));
  } catch {
    return undefined;
  }
}

function ofValue(value: unknown): string | undefined {
  try {
    return canonicalJson(value);
  } catch {
    return undefined;
  }
}

/** A file of the folder `input`, with the one of the same name in `output`, or its bytes as hex in `outhex`. */
export function pairOutcome(input: string, wanted: { readonly text?: string; readonly hex?: string }, name: string): Outcome {
  const canonical = ofText(input);
  const hex = wanted.hex?.replaceAll(/\s/g, '').toLowerCase();
  const isRight = wanted.text === undefined || canonical === wanted.text || canonical === wanted.text.replace(/\n$/, '');
  return differs(name, canonical !== undefined && isRight && (hex === undefined || Buffer.from(canonical, 'utf8').toString('hex') === hex));
}

const numberLine = /^([0-9a-f]{1,16}),(\S+)$/;

export function areNumberLines(text: string): boolean {
  const [first = ''] = text.split('\n', 1);
  return numberLine.test(first.trim());
}

export function numberOutcomes(text: string, name: string): Outcome[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [, hex = '', wanted = ''] = numberLine.exec(line) ?? [];
      if (hex === '') return unknown(kind, name, 'a line is no number');
      return differs(`${name}: ${hex}`, ofValue(Buffer.from(hex.padStart(16, '0'), 'hex').readDoubleBE()) === wanted);
    });
}

function differs(name: string, isSame: boolean): Outcome {
  return isSame ? { verdict: 'passed', kind, name } : { verdict: 'failed', kind, name, why: 'it gives another text' };
}
