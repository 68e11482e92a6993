// ethogram segments: how many people are in each segment; for one, with its purpose named, who.
import { CodedError } from '../base/errors.js';
import { isPurpose } from '../model/purpose.js';
import type { SegmentPage, SegmentSummary } from '../runtime/segmentation.js';
import { UsageError } from './arguments.js';
import { dataOption, urlOption, type Command } from './command.js';
import { DataFolder, withEngine } from './data-folder.js';
import { exitCode } from './exit-code.js';
import { Remote } from './remote.js';

export const segments: Command = {
  name: 'segments',
  summary: 'count who is in each segment, or list who is in one',
  synopsis: 'segments [NAME]',
  help: ['Fewer than five people are said to be fewer. Who they are is told only for the purpose that the segment is kept for.'],
  examples: ['ethogram segments', 'ethogram segments champions --purpose personalise --url http://127.0.0.1:4040'],
  options: {
    ...dataOption,
    ...urlOption,
    purpose: { type: 'string', value: 'PURPOSE', help: 'list who is in it, for this purpose' },
    after: { type: 'string', value: 'ID', help: 'go on after this one' },
  },
  argument: { kind: 'none' },
  shape: [
    'segments: [{name, title, purpose, people or null, fewerThan?}]',
    'with NAME: name, title, purpose, people, fewerThan?, and with --purpose: members, next (the id to go on after, or null)',
  ],
  async run(args, terminal) {
    const name = args.optional('name');
    const purpose = args.text('purpose');
    const after = args.text('after');
    if (purpose !== undefined && !isPurpose(purpose)) throw new CodedError('purpose_unknown');
    if (name === undefined && purpose !== undefined) throw new UsageError('--purpose goes with the NAME of a segment');
    const url = args.text('url');
    const remote = url === undefined ? undefined : new Remote(url, args.text('key'));
    if (name === undefined) {
      const list = remote
        ? (await remote.get<{ readonly segments: readonly SegmentSummary[] }>('/v1/segments')).segments
        : await withEngine(new DataFolder(args), terminal, (engine) => Promise.resolve(engine.segmentation.list()));
      terminal.result({ segments: list }, () => (list.length === 0 ? ['no segments are defined'] : list.map(line)));
      return exitCode.ok;
    }
    const query = new URLSearchParams({ ...(purpose === undefined ? {} : { purpose }), ...(after === undefined ? {} : { after }) });
    const page = remote
      ? await remote.get<SegmentPage>(`/v1/segments/${encodeURIComponent(name)}?${query.toString()}`)
      : await withEngine(new DataFolder(args), terminal, async (engine) => {
          const asked = purpose === undefined ? undefined : { purpose, ...(after === undefined ? {} : { after }) };
          const found = engine.segmentation.get(name, asked);
          if (!found.ok) throw new CodedError(found.code);
          return await Promise.resolve(found.value);
        });
    terminal.result(page, () => [line(page), ...(page.members ?? []).map((member) => `  ${member}`)]);
    return exitCode.ok;
  },
};

function line({ title, name, purpose, people, fewerThan }: SegmentSummary): string {
  return `${name} (${title}, for ${purpose}): ${people ?? `fewer than ${fewerThan ?? 0}`}`;
}
