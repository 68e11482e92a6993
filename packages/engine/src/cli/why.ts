// ethogram why: what a decision rested on, what it left out, and what became of it.
import { CodedError } from '../base/errors.js';
import type { Why } from '../answer/why.js';
import { dataOption, urlOption, type Command } from './command.js';
import { DataFolder, withEngine } from './data-folder.js';
import { whyLines } from './decision-text.js';
import { exitCode } from './exit-code.js';
import { Remote } from './remote.js';

export const why: Command = {
  name: 'why',
  summary: 'say why a decision was what it was',
  synopsis: 'why DECISION',
  help: ['DECISION is the id in the answer of `ethogram decide` or of POST /v1/decide.'],
  examples: ['ethogram why d_3q2-7w', 'ethogram why d_3q2-7w --url http://127.0.0.1:4040'],
  options: { ...dataOption, ...urlOption },
  argument: { kind: 'none' },
  shape: [
    'decision (the record as it stands in the log), summary, reproducible',
    'items: [{item, score, propensity, reasons, why: [sentence]}]',
    'exclusions: [sentence], exposures: [...], outcomes: [...]',
  ],
  async run(args, terminal) {
    const id = args.only('decision');
    const url = args.text('url');
    const found =
      url !== undefined
        ? await new Remote(url, args.text('key')).get<Why>(`/v1/decisions/${encodeURIComponent(id)}`)
        : await withEngine(new DataFolder(args), terminal, async (engine) => {
            const result = engine.why(id);
            if (!result.ok) throw new CodedError(result.code);
            return await Promise.resolve(result.value);
          });
    terminal.result(found, () => whyLines(found));
    return exitCode.ok;
  },
};
