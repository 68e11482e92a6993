// ethogram backup: a copy of a data folder, made while it is in use. A server that holds the folder makes it itself.
import { resolve } from 'node:path';
import { makeFolderPath, NodeDisk } from '../adapters/node-disk.js';
import { CodedError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import type { BackupDone, BackupStatus } from '../runtime/backups.js';
import { UsageError } from './arguments.js';
import type { Command } from './command.js';
import { DataFolder } from './data-folder.js';
import { exitCode } from './exit-code.js';
import { Interrupt } from './interrupt.js';
import { Remote } from './remote.js';
import type { Terminal } from './terminal.js';

export const backup: Command = {
  name: 'backup',
  summary: 'copy a data folder while it is in use',
  synopsis: 'backup DIR_OR_URL TO',
  help: [
    'It copies the log, its keys, the list of the erased and the salts of the tenant to TO, which must be empty or not there; state is not',
    'copied, since it is rebuilt. Nothing stops meanwhile. A server that holds DIR, or listens on URL, makes the copy: TO lies on its',
    'machine then, and it needs a key of kind admin. The manifest, backup.json, is written last: without it a folder is no backup.',
    'Whoever has a backup with its keys can read it: keep it as you keep the folder. Erasures do not reach into it; `ethogram restore`',
    'carries them out.',
  ],
  examples: ['ethogram backup ./.ethogram /backups/monday', 'ethogram backup http://127.0.0.1:4040 /backups/tuesday'],
  options: { key: { type: 'string', value: 'KEY', help: 'the key of a server (better: in the environment as ETHOGRAM_KEY)' } },
  argument: { kind: 'file' },
  shape: ['to, at, head (positions below it are in the copy), redactions, erased, files, bytes, pauseMs (while nothing else moved)'],
  async run(args, terminal) {
    const [from, target, ...more] = args.positionals;
    if (from === undefined || target === undefined || more.length > 0) throw new UsageError('it takes DIR_OR_URL and TO');
    const to = resolve(target);
    const done = /^https?:\/\//u.test(from) ? await remote(from, to, args.text('key')) : await local(from, to, args.text('key'), terminal);
    terminal.result({ to, ...done }, () => [
      `${done.head} events in ${done.files} files, ${done.bytes} bytes, in ${to}`,
      `${done.erased} ids are known to it as erased; nothing else moved for ${Math.ceil(done.pauseMs)} ms.`,
    ]);
    return exitCode.ok;
  },
};

async function local(from: string, to: string, key: string | undefined, terminal: Terminal): Promise<BackupDone> {
  const folder = DataFolder.at(from);
  let engine;
  try {
    engine = await folder.open(terminal);
  } catch (error) {
    const url = folder.serverAddress();
    if (!(error instanceof CodedError) || error.code !== 'data_folder_locked' || url === undefined) throw error;
    return remote(url, to, key);
  }
  try {
    makeFolderPath(to);
    const done = await engine.backups.run(new NodeDisk(to));
    if (!done.ok) throw new CodedError(done.code);
    return done.value;
  } finally {
    await engine.close();
  }
}

async function remote(url: string, to: string, key: string | undefined): Promise<BackupDone> {
  const server = new Remote(url, key);
  const interrupt = new Interrupt(() => undefined);
  try {
    await server.post('/v1/backups', { to });
    for (;;) {
      const { state, done, code } = await server.get<BackupStatus>('/v1/backups');
      if (state === 'done' && done !== null) return done;
      if (state !== 'running') throw new CodedError(code ?? 'backup_failed');
      await interrupt.wait(limits.backupAskMs);
      // The server goes on; what it makes is whole when it has its manifest.
      if (interrupt.asked) throw new CodedError('backup_running');
    }
  } finally {
    interrupt.release();
  }
}
