// ethogram dump --canonical: the whole state as canonical lines. Two folders with the same history give the same bytes,
// so `cmp` compares them.
import { createHash } from 'node:crypto';
import { dataOption, type Command } from './command.js';
import { UsageError } from './arguments.js';
import { DataFolder, withEngine } from './data-folder.js';
import { exitCode } from './exit-code.js';

const chunkChars = 64 * 1024;

export const dump: Command = {
  name: 'dump',
  summary: 'print the whole state, byte for byte the same for the same history',
  synopsis: 'dump --canonical [--hash] [DIR]',
  help: [
    'For comparing two data folders: `cmp` finds the first difference, --hash says whether there is one. DIR is the same as --data DIR.',
  ],
  examples: [
    'ethogram dump --canonical one > a.txt; ethogram dump --canonical other > b.txt; cmp a.txt b.txt',
    'ethogram dump --canonical --hash',
  ],
  options: {
    ...dataOption,
    canonical: { type: 'boolean', help: 'RFC 8785 lines in key order (the only form there is)' },
    hash: { type: 'boolean', help: 'print only the SHA-256 of those lines' },
  },
  argument: { kind: 'file' },
  shape: ['with --hash: sha256', 'without it the lines themselves: name of the table, key, row, with tabs between'],
  async run(args, terminal) {
    const dir = args.optional('dir');
    if (dir !== undefined && args.text('data') !== undefined) throw new UsageError('say DIR or --data DIR, not both');
    if (!args.flag('canonical')) throw new UsageError('say --canonical');
    await withEngine(new DataFolder(args, dir), terminal, async (engine) => {
      const lines = await engine.dump();
      if (args.flag('hash')) {
        const hash = createHash('sha256');
        for (const line of lines) hash.update(line).update('\n');
        const sha256 = hash.digest('hex');
        terminal.result({ sha256 }, () => [sha256]);
        return;
      }
      let chunk = '';
      for (const line of lines) {
        chunk += `${line}\n`;
        if (chunk.length < chunkChars) continue;
        await terminal.write(chunk);
        chunk = '';
      }
      await terminal.write(chunk);
    });
    return exitCode.ok;
  },
};
