// ethogram rekey: seals everything in a folder by person now, and wraps all keys under a new wrapping key; the old one is destroyed. A
// running engine does the same by itself, again and again; this is for a folder at rest, and for whoever thinks that a key was seen.
import { dataOption, type Command } from './command.js';
import { DataFolder, withEngine } from './data-folder.js';
import { exitCode } from './exit-code.js';

export const rekey: Command = {
  name: 'rekey',
  summary: 'wrap all keys of the log under a new wrapping key; the old one is destroyed',
  synopsis: 'rekey',
  help: [
    'Not the keys of callers: those are `ethogram keys`. The log is not rewritten, but for what was not yet sealed by person.',
    'What a copy of the folder from before needs to be opened is destroyed, unless the copy has the old wrapping key in it.',
    'With ETHOGRAM_WRAPPING=DIR the new wrapping key lies there, and none in the data folder any more.',
  ],
  examples: ['ethogram rekey', 'ethogram rekey --data /srv/shop'],
  options: { ...dataOption },
  argument: { kind: 'none' },
  shape: ['keys (destroyed, beside the wrapping key)'],
  async run(args, terminal) {
    args.none();
    const { keys } = await withEngine(new DataFolder(args), terminal, (engine) => engine.rekey());
    terminal.result({ keys }, () => [`All keys are under a new wrapping key; ${keys} keys that nothing needs any more were destroyed.`]);
    return exitCode.ok;
  },
};
