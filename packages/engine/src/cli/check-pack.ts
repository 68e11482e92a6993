// ethogram check-pack: everything that is wrong with a pack, before it meets an engine.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CodedError } from '../base/errors.js';
import { checkPack } from '../runtime/surroundings.js';
import type { Command } from './command.js';
import { exitCode } from './exit-code.js';

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
    const file = resolve(args.only('file'));
    const packs = await packsIn(file);
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

/** What the file holds as packs: a JSON value, or every export that has a version. */
async function packsIn(file: string): Promise<(readonly [name: string, pack: unknown])[]> {
  if (!existsSync(file)) throw new CodedError('file_unreadable');
  let held: readonly (readonly [string, unknown])[];
  try {
    const module: object = file.endsWith('.json')
      ? { pack: JSON.parse(readFileSync(file, 'utf8')) as unknown }
      : ((await import(pathToFileURL(file).href)) as object); // a module is an object of its exports
    held = Object.entries(module);
  } catch (error) {
    throw new CodedError('file_unreadable', error instanceof Error ? error.message : undefined);
  }
  const packs = held.filter(([name, value]) => name === 'pack' || (typeof value === 'object' && value !== null && 'version' in value));
  if (packs.length === 0) throw new CodedError('file_unreadable', 'it exports no pack');
  return packs.map(([name, value]) => {
    const named = typeof value === 'object' && value !== null && 'name' in value ? value.name : undefined;
    return [typeof named === 'string' ? named : name, value] as const;
  });
}
