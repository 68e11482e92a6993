// ethogram patterns, trends, correlations: what can be said of many people, each finding with its evidence.
import { dayMs } from '../base/day.js';
import { CodedError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import type { Result } from '../base/result.js';
import type { Engine } from '../runtime/engine.js';
import type { Insight } from '../runtime/insights.js';
import type { Correlation } from '../understand/insights/correlations.js';
import type { Pattern } from '../understand/insights/patterns.js';
import type { Trend } from '../understand/insights/trends.js';
import { dataOption, urlOption, type Command } from './command.js';
import { DataFolder, withEngine } from './data-folder.js';
import { exitCode } from './exit-code.js';
import { Remote } from './remote.js';

interface Kind<F> {
  readonly name: 'patterns' | 'trends' | 'correlations';
  readonly summary: string;
  readonly finding: string;
  readonly ask: (engine: Engine, trait: string | undefined) => Promise<Result<Insight<F>>>;
  readonly line: (finding: F) => string;
}

export const patterns = command<Pattern>({
  name: 'patterns',
  summary: 'show sequences of steps that more people go through than chance explains',
  finding: 'steps, people, among, expected, lift, p, q',
  ask: (engine, trait) => engine.insights.patterns(trait),
  line: ({ steps, people, among, lift }) =>
    `${steps.join(' -> ')}: ${people} of ${among} people, ${lift.toFixed(2)} times what chance gives`,
});

export const trends = command<Trend>({
  name: 'trends',
  summary: 'show what changed, and what depends on the day or hour of the week',
  finding: 'type, kind (change, day_of_week, hour_of_week), at, before, after, people, z, p, q, further?',
  ask: (engine, trait) => engine.insights.trends(trait),
  line: ({ type, kind, at, before, after, people }) =>
    kind === 'change'
      ? `${type}: ${before.toFixed(1)} people a day, ${after.toFixed(1)} since ${dateOf(at)} (${people} people)`
      : `${type}: ${(after * 100).toFixed(1)} % in ${bucket(kind, at)} instead of ${(before * 100).toFixed(1)} % (${people} people)`,
});

export const correlations = command<Correlation>({
  name: 'correlations',
  summary: 'show what goes together, or does not',
  finding: 'one, other, oneOver, otherOver, both, muchOfOne, muchOfOther, phi, p, q',
  ask: (engine, trait) => engine.insights.correlations(trait),
  line: ({ one, other, both, muchOfOne, muchOfOther, phi }) =>
    `${one} and ${other}: ${phi.toFixed(2)} (${muchOfOne} do much of the one, ${muchOfOther} of the other, ${both} of both)`,
});

function command<F>({ name, summary, finding, ask, line }: Kind<F>): Command {
  return {
    name,
    summary,
    synopsis: name,
    help: [
      'From those who grant analytics, and never about fewer than five people. Of the findings at most the stated share is expected to be',
      'nothing, however many things were tested.',
    ],
    examples: [`ethogram ${name}`, `ethogram ${name} --url http://127.0.0.1:4040 --json`],
    options: {
      ...dataOption,
      ...urlOption,
      trait: { type: 'string', value: 'NAME', help: 'from this trait; from the first that fits if absent' },
    },
    argument: { kind: 'none' },
    shape: ['trait, rate, tests, people or null (fewer than five)', `findings: [{${finding}}]`],
    async run(args, terminal) {
      args.none();
      const trait = args.text('trait');
      const url = args.text('url');
      const query = trait === undefined ? '' : `?trait=${encodeURIComponent(trait)}`;
      const found =
        url !== undefined
          ? await new Remote(url, args.text('key')).get<Insight<F>>(`/v1/${name}${query}`)
          : await withEngine(new DataFolder(args), terminal, async (engine) => {
              const result = await ask(engine, trait);
              if (!result.ok) throw new CodedError(result.code);
              return result.value;
            });
      terminal.result(found, () => [headOf(found), ...found.findings.map((each) => `  ${line(each)}`)]);
      return exitCode.ok;
    },
  };
}

/** `rate`: of the findings, so much is expected to be chance (the false discovery rate). */
export function headOf({ findings, tests, rate, people }: Pick<Insight<unknown>, 'findings' | 'tests' | 'rate' | 'people'>): string {
  const looked = `${tests} ${tests === 1 ? 'test' : 'tests'} over ${peopleIn({ people })}`;
  if (tests === 0) return `Nothing could be tested yet. Who may be looked at for analytics: ${peopleIn({ people })}.`;
  if (findings.length === 0) return `Nothing stands out: ${looked}.`;
  const stand = findings.length === 1 ? 'stands' : 'stand';
  return `${findings.length} of ${looked} ${stand} out; of such findings at most ${rate * 100} % are expected to be chance.`;
}

function peopleIn({ people }: { readonly people: number | null }): string {
  return `${people ?? `fewer than ${limits.evidencePeopleMin}`} people`;
}

function dateOf(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

function bucket(kind: Trend['kind'], at: number): string {
  if (kind === 'day_of_week') return weekdays[at] ?? '';
  return `the hour from ${weekdays[Math.floor(at / 24)] ?? ''} ${at % 24}:00 UTC`;
}
