// ethogram decide: asks a decision point, in the folder or at a running server.
import { CodedError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { chooseAnswer, type ChooseAnswer } from '../http/choose-answer.js';
import { parseChoose } from '../http/choose-body.js';
import { decideAnswer, type DecideAnswer } from '../http/decide-answer.js';
import { parseDecide } from '../http/decide-body.js';
import type { Engine } from '../runtime/engine.js';
import { dataOption, urlOption, type Command } from './command.js';
import { DataFolder, withEngine } from './data-folder.js';
import { chosenLines, decisionLines } from './decision-text.js';
import { exitCode } from './exit-code.js';
import { packsOption } from './pack-file.js';
import { Remote } from './remote.js';

export const decide: Command = {
  name: 'decide',
  summary: 'ask a decision point for a ranked list, or an action, with its reasons',
  synopsis:
    'decide POINT [--subject ID] [--items A,B] [--segment NAME] [--limit N] [--category C,D] [--exclude A,B] [--pins A,B] [--packs LIST]',
  help: [
    'POINT is a decision point that ranks or chooses; `home` is there from the first day. Lists are written with commas.',
    'Plans are asked for over HTTP: POST /v1/plan/POINT.',
  ],
  examples: ['ethogram decide home --subject ann', 'ethogram decide home --items tea-03 --limit 5 --url http://127.0.0.1:4040 --json'],
  options: {
    ...dataOption,
    ...urlOption,
    subject: { type: 'string', value: 'ID', help: 'for whom; without it, or without a grant, the answer is contextual' },
    items: { type: 'string', value: 'LIST', help: 'items that the request itself carries, oldest first' },
    segment: { type: 'string', value: 'NAME', help: 'what the request says of the situation, for a point that chooses' },
    limit: { type: 'string', value: 'N', help: `at most so many items, up to ${limits.rankLimitMax} (default: what the point says)` },
    category: { type: 'string', value: 'LIST', help: 'only items of these categories' },
    exclude: { type: 'string', value: 'LIST', help: 'items to leave out' },
    pins: { type: 'string', value: 'LIST', help: 'items that come first, in this order' },
    ...packsOption,
  },
  argument: { kind: 'word', choices: ['home'] },
  shape: [
    'decisionId, mode (personal or contextual), because, summary, position, epoch',
    'items: [{item, title, score, propensity, reasons, why: [sentence]}]',
    'of a point that chooses also choice: {action, channel, text, held, exclusions}',
  ],
  async run(args, terminal) {
    const point = args.only('point');
    const limit = args.integer('limit', 1, limits.rankLimitMax);
    const [subject, segment] = [args.text('subject'), args.text('segment')];
    const [items, category, exclude, pins] = [args.list('items'), args.list('category'), args.list('exclude'), args.list('pins')];
    const body = {
      ...(subject === undefined ? {} : { subject }),
      context: { ...(items.length === 0 ? {} : { items }), ...(segment === undefined ? {} : { segment }) },
      ...(category.length === 0 ? {} : { filter: { category } }),
      ...(exclude.length === 0 ? {} : { exclude }),
      ...(pins.length === 0 ? {} : { pins }),
      ...(limit === undefined ? {} : { limit }),
    };
    const url = args.text('url');
    const answer =
      url !== undefined
        ? await new Remote(url, args.text('key')).post<DecideAnswer | ChooseAnswer>(`/v1/decide/${encodeURIComponent(point)}`, body)
        : await withEngine(new DataFolder(args), terminal, (engine) => decided(engine, point, body));
    terminal.result(answer, () => (isChosen(answer) ? chosenLines(answer) : decisionLines(answer)));
    return exitCode.ok;
  },
};

function isChosen(answer: DecideAnswer | ChooseAnswer): answer is ChooseAnswer {
  return 'choice' in answer;
}

async function decided(engine: Engine, point: string, body: object): Promise<DecideAnswer | ChooseAnswer> {
  if (engine.choosing.point(point) !== undefined) {
    const asked = parseChoose(point, body, false);
    const chosen = asked.ok ? await engine.chooseAction(asked.value) : asked;
    if (!chosen.ok) throw new CodedError(chosen.code, chosen.field);
    return chooseAnswer(chosen.value);
  }
  const request = parseDecide(point, body, false);
  if (!request.ok) throw new CodedError(request.code, request.field);
  const record = engine.rank(request.value);
  if (!record.ok) throw new CodedError(record.code);
  await engine.drain();
  return decideAnswer(record.value, engine);
}
