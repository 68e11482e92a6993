// ethogram notices: what recipients of people's data are owed, and that they have done it.
import { CodedError } from '../base/errors.js';
import type { NoticeView } from '../runtime/tellings.js';
import { UsageError } from './arguments.js';
import { dataOption, urlOption, type Command } from './command.js';
import { DataFolder, withEngine } from './data-folder.js';
import { exitCode } from './exit-code.js';
import { Remote } from './remote.js';

export const notices: Command = {
  name: 'notices',
  summary: 'list what recipients are owed, and acknowledge it',
  synopsis: 'notices [list] | acknowledge ID',
  help: [
    'Whoever was given data of a person (POST /v1/subjects/ID/recipients) is owed a notice when it is erased, corrected or restricted.',
    'Ethogram calls nobody: the host tells them, or they fetch it, and it is acknowledged here or by the API.',
  ],
  examples: ['ethogram notices', 'ethogram notices acknowledge n_abc --url http://127.0.0.1:4040'],
  options: { ...dataOption, ...urlOption, recipient: { type: 'string', value: 'NAME', help: 'only what this one is owed' } },
  argument: { kind: 'word', choices: ['list', 'acknowledge'] },
  shape: ['list: notices: [{notice, recipient, reference, kind, owedAt, dueAt, overdue}]', 'acknowledge: acknowledgedAt'],
  async run(args, terminal) {
    const [work = 'list', id, ...more] = args.positionals;
    const url = args.text('url');
    const server = url === undefined ? null : new Remote(url, args.text('key'));
    if (work === 'acknowledge' && id !== undefined && more.length === 0) {
      const done =
        server === null
          ? await withEngine(new DataFolder(args), terminal, async ({ tellings }) => {
              const told = await tellings.acknowledge(id);
              if (!told.ok) throw new CodedError(told.code);
              return told.value;
            })
          : await server.post<{ acknowledgedAt: number }>(`/v1/notices/${encodeURIComponent(id)}/acknowledgement`, {});
      terminal.result(done, () => [`Acknowledged on ${new Date(done.acknowledgedAt).toISOString()}.`]);
      return exitCode.ok;
    }
    if (work !== 'list' || id !== undefined) throw new UsageError('it takes list, or acknowledge and ID');
    const recipient = args.text('recipient');
    const query = recipient === undefined ? '' : `?recipient=${encodeURIComponent(recipient)}`;
    const found =
      server === null
        ? await withEngine(new DataFolder(args), terminal, ({ tellings }) => Promise.resolve(tellings.list(recipient)))
        : (await server.get<{ notices: NoticeView[] }>(`/v1/notices${query}`)).notices;
    terminal.result({ notices: found }, () => (found.length === 0 ? ['Nothing is owed.'] : found.map(line)));
    return exitCode.ok;
  },
};

function line({ notice, recipient, reference, kind, dueAt, overdue }: NoticeView): string {
  const due = `due ${new Date(dueAt).toISOString().slice(0, 10)}${overdue ? ', OVERDUE' : ''}`;
  return `${notice}  ${kind.padEnd(11)}${recipient}: ${reference}  ${due}`;
}
