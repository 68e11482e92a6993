// The files that were named, and those of folders that were named; each is recognised by what it holds.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { areNumberLines, canonicalOutcome, isCanonicalVector, numberOutcomes, pairOutcome } from './canonical.js';
import { isMerkleVector, merkleOutcome, withWholeSizes } from './merkle.js';
import { isFields, unknown, type Outcome } from './outcome.js';
import { isWycheproof, wycheproofOutcomes } from './wycheproof.js';

/** Outcomes of everything in these files and folders. */
export function outcomesOf(paths: readonly string[]): Outcome[] {
  return [...new Set(paths.flatMap(filesOf))].flatMap(outcomesOfFile);
}

/** Files of a folder that may hold vectors, in order of their names. */
function filesOf(path: string): string[] {
  if (!existsSync(path) || !statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const inside = join(path, entry.name);
      if (entry.isDirectory()) return filesOf(inside);
      return entry.name.endsWith('.json') || basename(path) === 'outhex' ? [inside] : [];
    });
}

function outcomesOfFile(path: string): Outcome[] {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch {
    return [unknown('unknown', path, 'it cannot be read as text')];
  }
  const paired = pairOf(path, text);
  if (paired !== undefined) return [paired];
  if (areNumberLines(text)) return numberOutcomes(text, basename(path));
  let value: unknown;
  try {
    value = JSON.parse(withWholeSizes(text));
  } catch {
    return [unknown('unknown', path, 'it is no JSON')];
  }
  return outcomesIn(value, basename(path));
}

/** Files of the folders `input`, `output` and `outhex`: each with what it belongs to. */
function pairOf(path: string, text: string): Outcome | undefined {
  const folder = basename(dirname(path));
  const beside = (other: string, name = basename(path)): string => join(dirname(dirname(path)), other, name);
  if (folder === 'input' && existsSync(beside('output')))
    return pairOutcome(text, { text: readFileSync(beside('output'), 'utf8') }, `input/${basename(path)}`);
  if (folder === 'output' && existsSync(beside('input'))) return pairOutcome(text, { text }, `output/${basename(path)}`);
  const source = beside('input', basename(path).replace(/\.txt$/, '.json'));
  if (folder === 'outhex' && existsSync(source))
    return pairOutcome(readFileSync(source, 'utf8'), { hex: text }, `outhex/${basename(path)}`);
  return undefined;
}

/** One vector, a list of them, or an object that holds such a list. */
function outcomesIn(value: unknown, name: string): Outcome[] {
  if (isWycheproof(value)) return wycheproofOutcomes(value, name);
  if (isMerkleVector(value)) return [merkleOutcome(value, name)];
  if (isCanonicalVector(value)) return [canonicalOutcome(value, name)];
  const list = listIn(value);
  if (list === undefined || list.length === 0) return [unknown('unknown', name, 'its form is not known')];
  return list.flatMap((each, index) => outcomesIn(each, `${name}#${index}`));
}

function listIn(value: unknown): readonly unknown[] | undefined {
  if (isList(value)) return value;
  if (!isFields(value)) return undefined;
  for (const key of ['tests', 'vectors', 'cases', 'testCases', 'testVectors', 'test_vectors', 'inclusion', 'consistency']) {
    const list = value[key];
    if (isList(list)) return list;
  }
  return undefined;
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
