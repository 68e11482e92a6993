// ethogram rejects: what was refused and why, counted by kind. Never whom it concerned, nor any value.
import { NodeDisk } from '../adapters/node-disk.js';
import { SystemClock } from '../adapters/system-clock.js';
import { Rejects, type RejectRow } from '../access/rejects.js';
import { CodedError, errors } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { dataOption, urlOption, type Command } from './command.js';
import { DataFolder } from './data-folder.js';
import { exitCode } from './exit-code.js';
import { ImportRejects, type RejectedRow } from './import-rejects.js';
import { Remote } from './remote.js';

export const rejects: Command = {
  name: 'rejects',
  summary: 'show what was refused, and what mends it',
  synopsis: 'rejects [--code CODE] [--limit 20]',
  help: [
    'Counts by code, place and event type, the latest first. They hold no ids and no values.',
    'From a folder also the rows that imports refused, by line; of those the oldest go when there are very many.',
  ],
  examples: ['ethogram rejects', 'ethogram rejects --code event_type_unknown --url http://127.0.0.1:4040'],
  options: {
    ...dataOption,
    ...urlOption,
    code: { type: 'string', value: 'CODE', help: 'only this code' },
    limit: { type: 'string', value: 'N', help: 'at most so many kinds, and so many rows (default 20)' },
  },
  argument: { kind: 'none' },
  shape: [
    'rejects: [{code, field, type, key, source, count, firstAt, lastAt}]',
    'rows: [{source, row, line, code, field}], of imports, oldest first; only from a folder',
  ],
  async run(args, terminal) {
    args.none();
    const code = args.text('code');
    const limit = args.integer('limit', 1, limits.rejectKindsMax) ?? 20;
    const url = args.text('url');
    const rows = url === undefined ? inFolder(new DataFolder(args).path, code, limit) : await asked(url, args.text('key'), code, limit);
    const imported = url === undefined ? new ImportRejects(new NodeDisk(new DataFolder(args).path)).list(code ?? null, limit) : [];
    terminal.result({ rejects: rows, ...(url === undefined ? { rows: imported } : {}) }, () => [
      ...(rows.length === 0 ? ['Nothing was refused.'] : rows.flatMap(lines)),
      ...(imported.length === 0 ? [] : ['Rows of imports, the latest:', ...imported.map(rowLine)]),
    ]);
    return exitCode.ok;
  },
};

/** What a server has written down; the last seconds may still be in its memory. */
function inFolder(path: string, code: string | undefined, limit: number): readonly RejectRow[] {
  const disk = new NodeDisk(path);
  if (!disk.exists('tenant.json')) throw new CodedError('data_folder_missing');
  return new Rejects(new SystemClock(), disk).list(code ?? null, limit);
}

async function asked(url: string, key: string | undefined, code: string | undefined, limit: number): Promise<readonly RejectRow[]> {
  const query = new URLSearchParams({ limit: limit.toString(), ...(code === undefined ? {} : { code }) });
  const answer = await new Remote(url, key).get<{ readonly rejects: readonly RejectRow[] }>(`/v1/rejects?${query.toString()}`);
  return answer.rejects;
}

function rowLine({ source, row, line, code, field }: RejectedRow): string {
  return `  ${source} line ${line} (row ${row}): ${code}${field === null ? '' : ` at ${field}`}`;
}

function lines({ code, field, type, key, source, count, lastAt }: RejectRow): string[] {
  const about = [field === null ? null : `at ${field}`, type, key, source].filter((each) => each !== null).join(', ');
  const hint = Object.hasOwn(errors, code) ? errors[code].hint : '';
  return [`${count} x ${code}${about === '' ? '' : ` (${about})`}, last ${new Date(lastAt).toISOString()}`, `    ${hint}`];
}
