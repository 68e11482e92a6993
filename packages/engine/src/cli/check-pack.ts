// ethogram check-pack: everything that is wrong with a pack, before it meets an engine.
import { checkPack } from '../runtime/surroundings.js';
import type { Command } from './command.js';
import { exitCode } from './exit-code.js';
import { packsIn } from './pack-file.js';

export const checkPackFile: Command = {
  name: 'check-pack',
  summary: 'say what is wrong with a pack, and what to do',
  synopsis: 'check-pack FILE',
  help: ['FILE is JSON, or a module that exports packs (it is run: check only what you trust). See docs/packs.md.'],
  examples: ['ethogram check-pack fitness.pack.mjs', 'ethogram check-pack fitness.pack.json --json'],
  options: {},
  argument: { kind: 'file' },
  shape: ['packs: [{name, findings: [{code, field, sentence, hint}]}]'],
  async run(args, terminal) {
    const packs = await packsIn(args.only('file'));
    const checked = packs.map(([name, pack]) => ({ name, findings: checkPack(pack) }));
    terminal.result({ packs: checked }, () =>
      checked.flatMap(({ name, findings }) => [
        `${name}: ${findings.length === 0 ? 'nothing is wrong' : `${findings.length} finding${findings.length === 1 ? '' : 's'}`}`,
        ...findings.flatMap(({ code, field, sentence, hint }) => [`  ${field} ${code}: ${sentence}`, `    ${hint}`]),
      ]),
    );
    return checked.every(({ findings }) => findings.length === 0) ? exitCode.ok : exitCode.failed;
  },
};
