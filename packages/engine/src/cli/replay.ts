// ethogram replay: what another policy would have earned at a choice point, judged by the point's own log.
import { readFileSync } from 'node:fs';
import { CodedError } from '../base/errors.js';
import { evaluate, type Estimate } from '../influence/offpolicy/estimate.js';
import { ownLog, type PolicyTable } from '../influence/offpolicy/own-log.js';
import { ownChoices } from '../runtime/own-choices.js';
import { UsageError } from './arguments.js';
import { dataOption, type Command } from './command.js';
import { DataFolder, withEngine } from './data-folder.js';
import { exitCode } from './exit-code.js';

export const replay: Command = {
  name: 'replay',
  summary: 'estimate what another policy would have earned at a choice point',
  synopsis: 'replay POINT --policy FILE',
  help: [
    'FILE is JSON: {"otherwise": {ACTION: PROBABILITY}, "segments": {SEGMENT: {ACTION: PROBABILITY}}}; "segments" may be absent.',
    'A SEGMENT is what the request said (context.segment), or the whole of what stands in the record ("evening|looking").',
    'Estimates are per choice, from the people who let be learned from them. They are refused where the log does not carry them.',
  ],
  examples: ['ethogram replay nudge --policy what-if.json', 'ethogram replay nudge --policy what-if.json --json'],
  options: { ...dataOption, policy: { type: 'string', value: 'FILE', help: 'the policy that is asked about' } },
  argument: { kind: 'word' },
  shape: [
    'point, choices, logged: wins per choice',
    'estimates: [{estimator, value, interval, effectiveSample, weightMax, unsupported, refused}]',
  ],
  async run(args, terminal) {
    const point = args.only('point');
    const file = args.text('policy');
    if (file === undefined) throw new UsageError('say --policy FILE');
    const table = parsePolicy(textAt(file));
    const found = await withEngine(new DataFolder(args), terminal, async (engine) => {
      const choices = ownChoices(engine, point);
      const named = [table.otherwise, ...Object.values(table.segments ?? {})].flatMap((chances) => Object.keys(chances));
      const { logged, target } = ownLog(choices, named);
      const won = choices.filter((choice) => choice.won).length;
      const estimates = evaluate(logged, target(table));
      return await Promise.resolve({
        point,
        choices: choices.length,
        logged: choices.length === 0 ? null : won / choices.length,
        estimates,
      });
    });
    terminal.result(found, () => [
      `${found.choices} choices at ${point}; ${found.logged === null ? 'nothing' : percent(found.logged)} of them won`,
      ...found.estimates.map(line),
    ]);
    return exitCode.ok;
  },
};

function line({ estimator, value, interval, effectiveSample, refused }: Estimate): string {
  const sample = `effective sample ${effectiveSample.toFixed(0)}`;
  if (value === null) return `  ${estimator.padEnd(10)} refused: ${refused ?? ''} (${sample})`;
  const range = interval === null ? 'no interval' : `${percent(interval[0])} to ${percent(interval[1])}`;
  return `  ${estimator.padEnd(10)} ${percent(value)}  (${range}; ${sample})`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

function textAt(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new CodedError('file_unreadable', path);
  }
}

function parsePolicy(text: string): PolicyTable {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError('the policy is not JSON');
  }
  if (!isPolicy(value))
    throw new UsageError('the policy needs "otherwise" with probabilities by action, and may have "segments" with the like');
  return value;
}

function isPolicy(value: unknown): value is PolicyTable {
  if (typeof value !== 'object' || value === null || !('otherwise' in value) || !areChances(value.otherwise)) return false;
  if (!('segments' in value)) return true;
  return typeof value.segments === 'object' && value.segments !== null && Object.values(value.segments).every(areChances);
}

function areChances(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).every((chance) => typeof chance === 'number' && chance >= 0 && Number.isFinite(chance));
}
