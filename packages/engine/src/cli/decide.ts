// ethogram decide: asks a decision point, in the folder or at a running server.
import { CodedError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { decideAnswer, type DecideAnswer } from '../http/decide-answer.js';
import { parseDecide } from '../http/decide-body.js';
import { dataHelp, dataOption, urlHelp, urlOption, type Command } from './command.js';
import { DataFolder, withEngine } from './data-folder.js';
import { decisionLines } from './decision-text.js';
import { exitCode } from './exit-code.js';
import { Remote } from './remote.js';

export const decide: Command = {
  name: 'decide',
  summary: 'ask a decision point for a ranked list with its reasons',
  synopsis: 'decide POINT [--subject ID] [--items A,B] [--limit N] [--category C,D] [--exclude A,B] [--pins A,B]',
  help: [
    '--subject ID  for whom; without it, or without a grant, the answer is contextual',
    '--items A,B   what the request itself carries, oldest first',
    dataHelp,
    urlHelp,
  ],
  examples: ['ethogram decide home --subject ann', 'ethogram decide home --items tea-03 --limit 5 --url http://127.0.0.1:4040 --json'],
  options: {
    ...dataOption,
    ...urlOption,
    subject: { type: 'string' },
    items: { type: 'string' },
    limit: { type: 'string' },
    category: { type: 'string' },
    exclude: { type: 'string' },
    pins: { type: 'string' },
  },
  async run(args, terminal) {
    const point = args.only('point');
    const limit = args.integer('limit', 1, limits.rankLimitMax);
    const subject = args.text('subject');
    const [items, category, exclude, pins] = [args.list('items'), args.list('category'), args.list('exclude'), args.list('pins')];
    const body = {
      ...(subject === undefined ? {} : { subject }),
      ...(items.length === 0 ? {} : { context: { items } }),
      ...(category.length === 0 ? {} : { filter: { category } }),
      ...(exclude.length === 0 ? {} : { exclude }),
      ...(pins.length === 0 ? {} : { pins }),
      ...(limit === undefined ? {} : { limit }),
    };
    const url = args.text('url');
    const answer =
      url !== undefined
        ? await new Remote(url).post<DecideAnswer>(`/v1/decide/${encodeURIComponent(point)}`, body)
        : await withEngine(new DataFolder(args), terminal, async (engine) => {
            const request = parseDecide(point, body, false);
            if (!request.ok) throw new CodedError(request.code, request.field);
            const record = engine.rank(request.value);
            if (!record.ok) throw new CodedError(record.code);
            await engine.drain();
            return decideAnswer(record.value, engine);
          });
    terminal.result(answer, () => decisionLines(answer));
    return exitCode.ok;
  },
};
