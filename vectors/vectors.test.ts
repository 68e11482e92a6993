import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { outcomesOf } from './files.js';
import { canonicalVectors, consistencyVectors, inclusionVectors, wycheproofFiles } from './own-vectors.suite.js';
import type { Verdict } from './outcome.js';

const own = new URL('own/', import.meta.url).pathname;
const made: Readonly<Record<string, unknown>> = {
  'inclusion.json': inclusionVectors(),
  'consistency.json': consistencyVectors(),
  'canonical-json.json': canonicalVectors(),
  ...wycheproofFiles(),
};
const scratch = mkdtempSync(join(tmpdir(), 'ethogram-vectors-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Verdicts of vectors that stand in one file. */
function verdicts(value: unknown, name = 'given.json'): Verdict[] {
  const path = join(scratch, name);
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  return outcomesOf([path]).map(({ verdict }) => verdict);
}

/** Every field that says what must come out, turned round. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      if (key === 'wantErr') return [key, each !== true];
      if (key === 'result') return [key, each === 'valid' ? 'invalid' : 'valid'];
      if (key === 'output') return [key, `${String(each)} `];
      return [key, turned(each)];
    }),
  );
}

describe('our own vectors', () => {
  test.each(Object.keys(made))('%s is what the reference makes', (name) => {
    const text = `${JSON.stringify(made[name], null, 1)}\n`;
    if (process.env['ETHOGRAM_WRITE_VECTORS'] === '1') {
      mkdirSync(own, { recursive: true });
      writeFileSync(join(own, name), text);
    }
    expect(JSON.parse(readFileSync(join(own, name), 'utf8'))).toEqual(JSON.parse(text));
  });

  test('all pass, and all fail when what must come out is turned round', () => {
    for (const [name, vectors] of Object.entries(made)) {
      const outcomes = outcomesOf([join(own, name)]);
      expect(outcomes.length).toBeGreaterThan(3);
      expect(outcomes.filter(({ verdict }) => verdict !== 'passed')).toEqual([]);
      const wrong = verdicts(turned(vectors));
      // A case of canonical JSON that must be refused has no output to be turned into.
      expect(wrong.filter((verdict) => verdict === 'passed')).toEqual([]);
    }
  });
});

describe('what the runner makes of files', () => {
  const [inclusion] = inclusionVectors();

  test('sizes of 64 bits are read whole, one vector may stand alone, lists may stand under a name', () => {
    expect(verdicts(JSON.stringify({ ...inclusion, wantErr: true }).replace('"leafIdx":0', '"leafIdx": 18446744073709551615'))).toEqual([
      'passed',
    ]);
    expect(verdicts(inclusion)).toEqual(['passed']);
    expect(verdicts({ tests: [inclusion, { ...inclusion, wantErr: true }] })).toEqual(['passed', 'failed']);
  });

  test('what is not known is unknown, never passed', () => {
    for (const odd of [
      {},
      [],
      { leafIdx: 0 },
      'no json',
      { ...inclusion, wantErr: 'no' },
      { ...inclusion, root: 5 },
      { ...inclusion, proof: ['?'] },
    ]) {
      expect(verdicts(odd)).toEqual(['unknown']);
    }
    expect(
      verdicts({
        algorithm: 'AES-KWP',
        testGroups: [
          {
            tests: [
              { tcId: 1, result: 'valid' },
              { tcId: 2, result: 'invalid' },
            ],
          },
        ],
      }),
    ).toEqual(['unknown', 'unknown']);
    expect(
      verdicts({
        algorithm: 'AES-GCM',
        testGroups: [
          {
            tests: [
              { tcId: 1, key: 'xx', result: 'invalid' },
              { tcId: 2, result: 'odd' },
            ],
          },
        ],
      }),
    ).toEqual(['unknown', 'unknown']);
    expect(outcomesOf([join(scratch, 'missing.json')]).map(({ verdict }) => verdict)).toEqual(['unknown']);
  });

  test('folders of inputs and outputs, bytes in hex, and lines of numbers', () => {
    const folder = join(scratch, 'jcs');
    for (const part of ['input', 'output', 'outhex']) mkdirSync(join(folder, part), { recursive: true });
    writeFileSync(join(folder, 'input/a.json'), '{"b": 1.0, "a": "\u20ac"}');
    writeFileSync(join(folder, 'output/a.json'), '{"a":"\u20ac","b":1}');
    writeFileSync(join(folder, 'outhex/a.txt'), '7b 22 61 22 3a 22 e2 82\nac 22 2c 22 62 22 3a 31 7d');
    expect(outcomesOf([folder]).map(({ verdict }) => verdict)).toEqual(['passed', 'passed', 'passed']);
    writeFileSync(join(folder, 'output/a.json'), '{"a":"\u20ac","b":2}');
    expect(outcomesOf([join(folder, 'input')]).map(({ verdict }) => verdict)).toEqual(['failed']);
    expect(
      verdicts('4340000000000001,9007199254740994\n0,0\n8000000000000000,0\n3eb0c6f7a0b5ed8c,9.999999999999997e-7\n', 'n.txt'),
    ).toEqual(['passed', 'passed', 'passed', 'passed']);
    expect(verdicts('4340000000000001,9007199254740993\n', 'n.txt')).toEqual(['failed']);
  });
});
