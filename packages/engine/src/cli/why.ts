// ethogram why: what a decision rested on, what it left out, and what became of it.
import { CodedError } from '../base/errors.js';
import type { Why } from '../answer/why.js';
import type { WhyInFull } from '../answer/why-in-full.js';
import { dataOption, urlOption, type Command } from './command.js';
import { DataFolder, withEngine } from './data-folder.js';
import { counterfactualLines, whyLines } from './decision-text.js';
import { exitCode } from './exit-code.js';
import { Remote } from './remote.js';

export const why: Command = {
  name: 'why',
  summary: 'say why a decision was what it was',
  synopsis: 'why DECISION [--full]',
  help: ['DECISION is the id in the answer of `ethogram decide` or of POST /v1/decide.'],
  examples: ['ethogram why d_3q2-7w', 'ethogram why d_3q2-7w --url http://127.0.0.1:4040'],
  options: {
    ...dataOption,
    ...urlOption,
    full: { type: 'boolean', help: 'also what would have changed it, verified by deciding it again; with --url it needs a secret key' },
  },
  argument: { kind: 'none' },
  shape: [
    'decision (the record as it stands in the log), summary, reproducible',
    'items: [{item, score, propensity, reasons, why: [sentence]}]',
    'exclusions: [sentence], exposures: [...], outcomes: [...]',
    'with --full: problems, sums: [{item, score, sum}], corrected, counterfactual: {first, without: [{kind, name}], instead, asRecorded}',
  ],
  async run(args, terminal) {
    const id = args.only('decision');
    const url = args.text('url');
    const full = args.flag('full');
    const found =
      url !== undefined
        ? await new Remote(url, args.text('key')).get<Why | WhyInFull>(`/v1/decisions/${encodeURIComponent(id)}${full ? '/full' : ''}`)
        : await withEngine(new DataFolder(args), terminal, async (engine): Promise<Why | WhyInFull> => {
            const result = full ? await engine.whyInFull(id) : engine.why(id);
            if (!result.ok) throw new CodedError(result.code);
            return result.value;
          });
    terminal.result(found, () => [...whyLines(found), ...(isFull(found) ? counterfactualLines(found) : [])]);
    return exitCode.ok;
  },
};

function isFull(found: Why | WhyInFull): found is WhyInFull {
  return 'counterfactual' in found;
}
