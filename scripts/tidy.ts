// The style of this repository as code. `check` takes one source and returns what is wrong with it, each with what to write instead;
// tidy.test.ts runs it over the tree and over planted faults. The rules with their exceptions stand in tidy-rules.ts.
import { banned, type Ban } from './tidy-rules.js';
import { sourceText, type SourceText } from './source-text.js';

export interface Finding {
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  readonly rule: string;
  readonly instead: string;
}

export interface Tree {
  /** Which layers may a layer import? Throws for a folder that layers.json does not name. */
  readonly visibleFrom: (layer: string) => readonly string[];
}

export const linesMax = 600;
/** Written by packages/client/scripts/generate.mjs, and as long as the API: nobody edits it. */
export const generated = 'packages/client/src/api.ts';
export const columnsMax = 140;
export const medianLinesMax = 120;

const engineSource = 'packages/engine/src/';
const importPattern = new RegExp(
  [
    /\b(?<word>import|export)\s+(?<type>type\s+)?(?:[\w$*{}\s,]*?\bfrom\s*)?(?<quote>['"])(?<target>[^'"\n]+)\k<quote>/.source,
    /\bimport\(\s*['"](?<dynamic>[^'"\n]+)['"]/.source,
  ].join('|'),
  'g',
);
/** The part of an import that may rename by `as`. */
const clausePattern = /\b(?:import|export)\s+(?:type\s+)?[\w$*{}\s,]*?\bfrom\b/g;
const vagueName = /(?:^|\/)(?:utils?|helpers?|common|misc|shared|types|index)(?:\/|\.(?:test\.|suite\.)?(?:ts|mjs|js)$)/;

export function isTest(path: string): boolean {
  return /\.(?:test|suite|fuzz|bench)\.ts$/.test(path);
}

/** Everything that is wrong with one source; `path` is relative to the root, with '/'. */
export function check(path: string, text: string, tree: Tree, bans: readonly Ban[] = banned): Finding[] {
  const source = sourceText(path, text);
  const findings: Finding[] = [];
  const report = (at: number, rule: string, instead: string): void => {
    findings.push({ path, line: text.slice(0, at).split('\n').length, rule, instead });
  };
  if (vagueName.test(path)) report(0, 'file name', 'name the file after its one noun; no utils, helpers, common, misc, types or index');
  const lines = text.replace(/\n$/, '').split('\n');
  if (lines.length > linesMax && path !== generated) report(0, 'file length', `split it: at most ${linesMax} lines`);
  lines.forEach((line, index) => {
    if (line.length > columnsMax) findings.push({ path, line: index + 1, rule: 'line length', instead: `at most ${columnsMax} columns` });
  });
  if (!isTest(path) && !/^(?:#!.*\n)?\/[/*]/.test(text)) report(0, 'file head', 'open the file with a comment: what, why, invariant');
  checkImports(source, tree, report);
  for (const ban of bans) checkBan(ban, source, report);
  return findings;
}

function checkBan(ban: Ban, source: SourceText, report: (at: number, rule: string, instead: string) => void): void {
  if (!ban.within(source.path) || ban.except.some((exception) => covers(exception.path, source.path))) return;
  for (const match of viewFor(ban, source).matchAll(ban.pattern)) report(match.index, ban.rule, ban.instead);
}

function viewFor(ban: Ban, source: SourceText): string {
  if (ban.look === 'everything') return source.text;
  if (ban.look === 'code and strings') return source.strings;
  return source.code.replace(clausePattern, (clause) => clause.replace(/[^\n]/g, ' '));
}

/** An exception names a file, or a folder by its closing slash. */
export function covers(exception: string, path: string): boolean {
  return exception.endsWith('/') ? path.startsWith(exception) : path === exception;
}

function checkImports(source: SourceText, tree: Tree, report: (at: number, rule: string, instead: string) => void): void {
  const { path, strings } = source;
  for (const match of strings.matchAll(importPattern)) {
    if (source.code.charAt(match.index) === ' ') continue; // the words of a string, not code
    const target = match.groups?.['target'] ?? match.groups?.['dynamic'] ?? '';
    if (!target.startsWith('.')) continue;
    if (!/\.(?:js|mjs|json)$/.test(target)) report(match.index, 'import extension', 'relative imports end in .js');
    const isForward = match.groups?.['word'] === 'export';
    if (isForward && path.startsWith(engineSource) && path !== `${engineSource}runtime/public.ts`) {
      report(match.index, 'barrel', 'import from the file that defines it; only runtime/public.ts forwards');
    }
    const isType = match.groups?.['type'] !== undefined;
    if (target.endsWith('/permitted.js') && !isType && path !== `${engineSource}consent/gate.ts`) {
      report(match.index, 'permit import', 'only consent/gate.ts takes Permitted as a value; others `import type`');
    }
    const problem = layerProblem(path, target, tree);
    if (problem !== undefined) report(match.index, 'layer', problem);
  }
}

/** What is wrong with an import of `target` in `path`, by the layers; undefined when it may stand. Tests see every layer. */
export function layerProblem(path: string, target: string, tree: Tree): string | undefined {
  if (!path.startsWith(engineSource)) return undefined;
  const resolved = resolve(path, target);
  if (resolved === undefined || !resolved.startsWith(engineSource)) {
    return isTest(path) ? undefined : 'the engine imports nothing of this repository from outside its src folder';
  }
  const from = path.slice(engineSource.length).split('/')[0] ?? '';
  const to = resolved.slice(engineSource.length).split('/')[0] ?? '';
  if (from === to || isTest(path)) return undefined;
  return tree.visibleFrom(from).includes(to) ? undefined : `${from} must not import ${to}: see layers.json`;
}

/** The path that a relative import names; undefined when it leaves the root. */
function resolve(path: string, target: string): string | undefined {
  const parts = path.split('/').slice(0, -1);
  for (const step of target.split('/')) {
    if (step === '.') continue;
    if (step !== '..') parts.push(step);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
