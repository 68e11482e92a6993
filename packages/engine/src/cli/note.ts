// ethogram note: puts a fact of administration into the log, and so under the ledger: who the controller is, a breach.
import { CodedError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import type { AdminAct } from '../model/system-event.js';
import { UsageError } from './arguments.js';
import { callerAt } from './caller.js';
import { dataOption, type Command } from './command.js';
import { DataFolder, withEngine } from './data-folder.js';
import { exitCode } from './exit-code.js';

const acts = ['controller', 'breach'] as const;

export const note: Command = {
  name: 'note',
  summary: 'log who the controller is, or a breach, for the evidence',
  synopsis: 'note controller NAME --text CONTACT | note breach --text FACTS',
  help: [
    'controller   Name and contact, as GDPR art. 30(1)(a) asks; the last one holds.',
    'breach       Its facts, effects and remedy, as GDPR art. 33(5) asks. Name nobody: it is never erased.',
    'It cannot be taken back: it stands in the log under the next checkpoint.',
  ],
  examples: ['ethogram note controller "Shop Ltd" --text "privacy@shop.example"', 'ethogram note breach --text "2026-11-02: ..."'],
  options: { ...dataOption, text: { type: 'string', value: 'TEXT', help: 'what is to be said' } },
  argument: { kind: 'word', choices: acts },
  shape: ['logged: the act'],
  async run(args, terminal) {
    const [name, about = '', ...more] = args.positionals;
    const known = acts.find((each) => each === name);
    if (known === undefined || more.length > 0 || (known === 'controller') !== (about !== ''))
      throw new UsageError('it takes `controller NAME` or `breach`');
    const why = args.needed('text', 'what is to be said');
    if (why.length > limits.reasonCharsMax || about.length > limits.idCharsMax) throw new UsageError('that is longer than is taken');
    const folder = new DataFolder(args);
    const what = known === 'controller' ? 'controller.declared' : 'breach.recorded';
    const act: AdminAct = { what, by: callerAt(folder.path), why, about };
    const done = await withEngine(folder, terminal, (engine) => engine.answers.act(act));
    if (!done.ok) throw new CodedError(done.code);
    terminal.result({ logged: act }, () => ['Logged.']);
    return exitCode.ok;
  },
};
