// ethogram requests: what people have asked for, by when it is due, and its answer.
import { isObject } from '../http/json-body.js';
import { parseRequest } from '../http/requests-body.js';
import { CodedError } from '../base/errors.js';
import type { Result } from '../base/result.js';
import { requestKinds } from '../model/request.js';
import type { RequestView } from '../runtime/desk.js';
import { UsageError, type Arguments } from './arguments.js';
import { dataOption, urlOption, type Command } from './command.js';
import { DataFolder, withEngine } from './data-folder.js';
import { exitCode } from './exit-code.js';
import { Remote } from './remote.js';
import type { Terminal } from './terminal.js';
import { subjectId } from './subject-id.js';

const works = ['list', 'open', 'extend', 'answer', 'refuse'] as const;
const states = ['open', 'answered', 'refused'] as const;
type Answered = RequestView | { readonly receipt: string };

export const requests: Command = {
  name: 'requests',
  summary: 'list, open, extend, answer and refuse what people ask for',
  synopsis: 'requests [list] | open SUBJECT KIND | extend ID | answer ID | refuse ID',
  help: [
    `KIND is one of ${requestKinds.join(', ')}. Whoever opens one here vouches for the person.`,
    'A request is due a month after it came; `extend`, with the reason, makes it three, once. `answer` carries out what was asked (erase,',
    'restrict, object, correct) and records the text. Of a request to be erased nothing remains but the receipt.',
  ],
  examples: [
    'ethogram requests --state open',
    'ethogram requests open ann erase',
    `ethogram requests open ann object --wish '{"purposes":["personalise"]}'`,
    'ethogram requests answer q_abc --text "Sent to the address of the account."',
  ],
  options: {
    ...dataOption,
    ...urlOption,
    state: { type: 'string', value: 'STATE', help: 'only these: open, answered or refused', choices: states },
    wish: { type: 'string', value: 'JSON', help: 'of open: {purposes} to object, {event, properties} to correct, {decision} to review' },
    authority: {
      type: 'string',
      value: 'JSON',
      help: 'of open: who asks for the person: {kind: guardian, agent or assisted; by; evidence}',
    },
    reason: { type: 'string', value: 'TEXT', help: 'why it takes longer, or is refused' },
    text: { type: 'string', value: 'TEXT', help: 'what was answered' },
  },
  argument: { kind: 'word', choices: works },
  shape: [
    'list: requests: [{request, subject, kind, state, openedAt, dueAt, overdue, extended, closedAt, proof, authority, wish, steps}]',
    'others: the request, or receipt (the answer to one to be erased)',
  ],
  async run(args, terminal) {
    const [name = 'list', ...rest] = args.positionals;
    const work = works.find((each) => each === name);
    if (work === undefined) throw new UsageError(`it takes one of ${works.join(', ')}`);
    if (work === 'list') return list(args, terminal);
    if (rest.length !== (work === 'open' ? 2 : 1))
      throw new UsageError(work === 'open' ? 'open takes SUBJECT and KIND' : `${work} takes ID`);
    const done = await (work === 'open' ? opened(args, terminal, rest) : changed(args, terminal, work, rest[0] ?? ''));
    terminal.result(done, () => ('receipt' in done ? [`Erased; receipt ${done.receipt}.`] : [line(done)]));
    return exitCode.ok;
  },
};

async function list(args: Arguments, terminal: Terminal): Promise<number> {
  const state = args.choice('state', states);
  const url = args.text('url');
  const found =
    url === undefined
      ? await withEngine(new DataFolder(args), terminal, (engine) => Promise.resolve(engine.desk.list(state)))
      : (await remote(args, url).get<{ requests: RequestView[] }>(`/v1/requests${state === undefined ? '' : `?state=${state}`}`)).requests;
  terminal.result({ requests: found }, () => (found.length === 0 ? ['No requests.'] : found.map(line)));
  return exitCode.ok;
}

async function opened(args: Arguments, terminal: Terminal, [id = '', kind = '']: readonly string[]): Promise<Answered> {
  const subject = subjectId(id);
  const body = { kind, ...jsonOption(args, 'wish'), ...jsonOption(args, 'authority') };
  const parsed = parseRequest(body);
  if (!parsed.ok) throw new UsageError(`${parsed.field ?? 'it'} is not as it should be`);
  const { wish, authority } = parsed.value;
  const url = args.text('url');
  if (url !== undefined) return remote(args, url).post<RequestView>(`/v1/subjects/${encodeURIComponent(subject)}/requests`, body);
  return withEngine(new DataFolder(args), terminal, async ({ desk }) =>
    value(await desk.open(subject, parsed.value.kind, { kind: 'account' }, wish, authority)),
  );
}

async function changed(args: Arguments, terminal: Terminal, work: 'extend' | 'answer' | 'refuse', id: string): Promise<Answered> {
  const name = work === 'answer' ? 'text' : 'reason';
  const text = args.needed(name, work === 'answer' ? 'what was answered' : 'the person is told why');
  const url = args.text('url');
  const paths = { extend: 'extension', answer: 'answer', refuse: 'refusal' };
  if (url !== undefined) return remote(args, url).post<Answered>(`/v1/requests/${encodeURIComponent(id)}/${paths[work]}`, { [name]: text });
  return withEngine(new DataFolder(args), terminal, async (engine) => {
    const done = value<Answered>(await engine.desk[work](id, text));
    if ('receipt' in done) await engine.completeErasures();
    return done;
  });
}

function remote(args: Arguments, url: string): Remote {
  return new Remote(url, args.text('key'));
}

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new CodedError(result.code, result.field);
  return result.value;
}

function jsonOption(args: Arguments, name: string): object {
  const text = args.text(name);
  if (text === undefined) return {};
  try {
    const given: unknown = JSON.parse(text);
    if (isObject(given)) return { [name]: given };
  } catch {
    // no JSON
  }
  throw new UsageError(`--${name} takes a JSON object`);
}

function line({ request, subject, kind, state, dueAt, overdue }: RequestView): string {
  const due = state === 'open' ? `due ${new Date(dueAt).toISOString().slice(0, 10)}${overdue ? ', OVERDUE' : ''}` : state;
  return `${request}  ${kind.padEnd(13)}${subject}  ${due}`;
}
