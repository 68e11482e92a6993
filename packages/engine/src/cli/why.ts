// ethogram why: what a decision rested on, what it left out, and what became of it; of whichever kind it is.
import { CodedError } from '../base/errors.js';
import type { Result } from '../base/result.js';
import type { Why } from '../answer/why.js';
import type { ChoiceWhy } from '../answer/why-choice.js';
import type { WhyInFull } from '../answer/why-in-full.js';
import type { PlanWhy } from '../answer/why-plan.js';
import type { Engine } from '../runtime/engine.js';
import { dataOption, urlOption, type Command } from './command.js';
import { DataFolder, withEngine } from './data-folder.js';
import { choiceLines, counterfactualLines, planLines, whyLines } from './decision-text.js';
import { exitCode } from './exit-code.js';
import { Remote, RemoteRefusal } from './remote.js';

type AnyWhy = Why | WhyInFull | ChoiceWhy | PlanWhy;

export const why: Command = {
  name: 'why',
  summary: 'say why a decision was what it was',
  synopsis: 'why DECISION [--full]',
  help: ['DECISION is the id in the answer of `ethogram decide`, POST /v1/decide or POST /v1/plan: of a ranking, a choice or a plan.'],
  examples: ['ethogram why d_3q2-7w', 'ethogram why d_3q2-7w --url http://127.0.0.1:4040'],
  options: {
    ...dataOption,
    ...urlOption,
    full: {
      type: 'boolean',
      help: 'of a ranking also what would have changed it, verified by deciding it again; with --url it needs a secret key',
    },
  },
  argument: { kind: 'none' },
  shape: [
    'decision (the record as it stands in the log), summary, reproducible',
    'items: [{item, title, score, propensity, reasons, why: [sentence]}]',
    'exclusions: [sentence], exposures: [...], outcomes: [...]',
    'of a choice: choice (the record), summary, exclusions, exposures, outcomes, reproducible',
    'of a plan: plan (the record), summary, stops, passedOver, changes, exposures, outcomes, reproducible',
    'with --full: problems, sums: [{item, score, sum}], corrected, counterfactual: {first, without: [{kind, name}], instead, asRecorded}',
  ],
  async run(args, terminal) {
    const id = args.only('decision');
    const url = args.text('url');
    const full = args.flag('full');
    const found =
      url !== undefined
        ? await asked(new Remote(url, args.text('key')), id, full)
        : await withEngine(new DataFolder(args), terminal, (engine) => read(engine, id, full));
    terminal.result(found, () => linesOf(found));
    return exitCode.ok;
  },
};

/** An id does not say of what kind the decision is: the kinds are tried one after the other. */
async function read(engine: Engine, id: string, full: boolean): Promise<AnyWhy> {
  const ranking = full ? await engine.whyInFull(id) : engine.why(id);
  const all: readonly Result<AnyWhy>[] = [ranking, engine.whyChoice(id), engine.planning.why(id)];
  const found = all.find((each) => each.ok || each.code === 'decision_withdrawn') ?? ranking;
  if (!found.ok) throw new CodedError(found.code);
  return found.value;
}

async function asked(remote: Remote, id: string, full: boolean): Promise<AnyWhy> {
  const name = encodeURIComponent(id);
  let refused: unknown;
  for (const path of [`decisions/${name}${full ? '/full' : ''}`, `choices/${name}`, `plans/${name}`]) {
    try {
      return await remote.get<AnyWhy>(`/v1/${path}`);
    } catch (error) {
      if (!(error instanceof RemoteRefusal) || !isUnknown(error)) throw error;
      refused ??= error;
    }
  }
  throw refused;
}

const isUnknown = ({ code }: RemoteRefusal): boolean => code === 'decision_unknown' || code === 'plan_unknown';

function linesOf(found: AnyWhy): string[] {
  if ('choice' in found) return choiceLines(found);
  if ('plan' in found) return planLines(found);
  return [...whyLines(found), ...('counterfactual' in found ? counterfactualLines(found) : [])];
}
