// ethogram restore: a data folder from a backup, with every erasure carried out that the backup does not know. It is made under another
// name and gets its own only when it is whole, verified, and holds nothing of anybody erased.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { makeFolderPath, NodeDisk } from '../adapters/node-disk.js';
import { SystemClock } from '../adapters/system-clock.js';
import { CodedError } from '../base/errors.js';
import { filesFolder, manifestName, type Manifest } from '../runtime/backup.js';
import { listPath, manifestOn, restoreFiles } from '../runtime/restore.js';
import { tenantIn } from '../runtime/tenant.js';
import { UsageError } from './arguments.js';
import type { Command } from './command.js';
import { DataFolder } from './data-folder.js';
import { exitCode } from './exit-code.js';
import { Interrupt } from './interrupt.js';
import type { Terminal } from './terminal.js';

export const restore: Command = {
  name: 'restore',
  summary: 'make a data folder from a backup, with the erasures since carried out',
  synopsis: 'restore FROM TO --erasures DIR',
  help: [
    'DIR is the live folder that the backup was made of, its folder `erasures`, or a later backup: who was erased since stands there, as',
    'keyed hashes. Several are given with commas; other backups beside FROM are looked at, too; who stands in any list counts. A list that',
    'lacks somebody whom the backup knows as erased is refused. If all of them are lost, `--erasures none` restores without: whoever was',
    'erased after the newest list is back then.',
    'Choices made after the backup are lost with the rest: whoever withdrew since has to be asked anew.',
  ],
  examples: [
    'ethogram restore /backups/monday ./restored --erasures ./.ethogram',
    'ethogram restore /backups/monday ./restored --erasures none',
  ],
  options: { erasures: { type: 'string', value: 'DIR', help: 'where the newest list of the erased lies, or none' } },
  argument: { kind: 'file' },
  shape: ['to, head, at (when the backup was made), erased (ids in the list), carriedOut (of which the backup did not know), events'],
  async run(args, terminal) {
    const [from, target, ...more] = args.positionals;
    if (from === undefined || target === undefined || more.length > 0) throw new UsageError('it takes FROM and TO');
    const asked = args.list('erasures');
    if (asked.length === 0) throw new CodedError('erasures_missing');
    const to = resolve(target);
    if (existsSync(to) && readdirSync(to).length > 0) throw new CodedError('folder_not_empty');
    const draft = `${to}.restoring`;
    rmSync(draft, { recursive: true, force: true });
    // Half of a restored folder can be opened, with whoever was erased since.
    const interrupt = new Interrupt(() => {
      rmSync(draft, { recursive: true, force: true });
      process.exit(exitCode.interrupted);
    });
    try {
      makeFolderPath(draft);
      const lists = [...asked.filter((dir) => dir !== 'none').map(listIn), ...beside(resolve(from), terminal)];
      const { manifest, erased, unknown } = await restoreFiles(backupAt(resolve(from)), new NodeDisk(draft), lists, new SystemClock());
      const events = await settle(draft, terminal);
      rmSync(to, { recursive: true, force: true });
      renameSync(draft, to);
      const { head, at } = manifest;
      terminal.result({ to, head, at, erased, carriedOut: unknown, events }, () => [
        `${events} events in ${to}, as they stood on ${new Date(at).toISOString()}`,
        `${unknown} ids that were erased since are erased here, too.`,
      ]);
      return exitCode.ok;
    } finally {
      rmSync(draft, { recursive: true, force: true });
      interrupt.release();
    }
  },
};

/** A backup may lie on a medium that takes no writes, and gets none. */
function backupAt(path: string): NodeDisk {
  return new NodeDisk(path, { readOnly: true });
}

/** Opens the folder, which carries out what the list says, destroys the bytes, and reads everything once. */
async function settle(draft: string, terminal: Terminal): Promise<number> {
  const engine = await DataFolder.at(draft).open(terminal, { isCopy: true });
  try {
    await engine.completeErasures();
    const report = await engine.verify();
    if (!report.ok) throw new CodedError('backup_damaged', report.problems[0]);
    return report.events - report.gaps;
  } finally {
    await engine.close();
  }
}

/** The list of a data folder, a backup, or a folder `erasures`. */
function listIn(dir: string): Uint8Array {
  const found = ['suppressed', join('erasures', 'suppressed'), join(filesFolder, 'erasures', 'suppressed')]
    .map((path) => join(resolve(dir), path))
    .find((path) => existsSync(path));
  if (found === undefined) throw new CodedError('erasures_missing', `none in ${dir}`);
  return readFileSync(found);
}

/** Lists of the same tenant's other backups, as far as they lie in the same folder and are newer. One that is damaged is passed over. */
function beside(from: string, terminal: Terminal): Uint8Array[] {
  const parent = dirname(from);
  const tenantOf = (backup: string): string | null => {
    const path = join(backup, filesFolder, 'tenant.json');
    if (!existsSync(join(backup, manifestName)) || !existsSync(path)) return null;
    try {
      // Not the text: an older one has no checksum.
      return tenantIn(readFileSync(path)).tenant.drawSalt;
    } catch {
      return null;
    }
  };
  const own = tenantOf(from);
  if (own === null) return [];
  const than = manifestOn(backupAt(from));
  return readdirSync(parent).flatMap((name) => {
    const other = join(parent, name);
    try {
      return other === from || tenantOf(other) !== own ? [] : newerIn(other, than);
    } catch (error) {
      const why = error instanceof CodedError ? error.code : 'unreadable';
      terminal.complain(`the backup in ${other} was passed over, with its list of the erased: ${why}`);
      return [];
    }
  });
}

/**
 * The list of a backup that was made after that one, as its manifest says it: later, or of more of the log, since clocks are set back.
 * Throws CodedError backup_incomplete, backup_version, backup_damaged.
 */
function newerIn(backup: string, than: Manifest): Uint8Array[] {
  const { at, head, redactions, files } = manifestOn(backupAt(backup));
  const listed = files.find(({ path }) => path === listPath);
  const isNewer = at > than.at || (head > than.head && redactions >= than.redactions);
  if (!isNewer || listed === undefined) return [];
  const path = join(backup, filesFolder, listPath);
  const list = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  if (createHash('sha256').update(list).digest('hex') !== listed.sha256) throw new CodedError('backup_damaged', listPath);
  return [list];
}
