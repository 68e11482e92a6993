// Uses each way in which a Node program can change files, once, in a known order. calls.crash.ts runs it under the recorder and compares.
// Argument: the root.

import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  constants,
  copyFileSync,
  createWriteStream,
  fdatasyncSync,
  fsyncSync,
  mkdirSync,
  openSync,
} from 'node:fs';
import { promises, rmSync, truncateSync, unlinkSync, writeSync, writevSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { join } from 'node:path';

async function main(root: string): Promise<void> {
  const fd = openSync(join(root, 'a'), 'a');
  writeSync(fd, 'first ');
  writevSync(fd, [Buffer.from('second '), Buffer.from('third')]);
  fdatasyncSync(fd);
  closeSync(fd);
  const handle = await promises.open(join(root, 'b'), 'w+');
  await handle.write(Buffer.from('far'), 0, 3, 1000);
  await Promise.all(Array.from({ length: 16 }, (_, lane) => handle.write(Buffer.alloc(64, 65 + lane), 0, 64, 64 * lane)));
  await handle.datasync();
  await handle.truncate(900);
  await handle.sync();
  await handle.close();
  copyFileSync(join(root, 'a'), join(root, 'copy'));
  await promises.writeFile(join(root, 'c.tmp'), 'whole');
  await promises.rename(join(root, 'c.tmp'), join(root, 'c'));
  mkdirSync(join(root, 'folder', 'sub'), { recursive: true });
  const durable = openSync(join(root, 'folder', 'd'), constants.O_DSYNC | constants.O_CREAT | constants.O_WRONLY);
  writeSync(durable, 'durable', 0);
  closeSync(durable);
  const stream = createWriteStream(join(root, 'e'));
  stream.write('streamed ');
  stream.end('text');
  await finished(stream);
  appendFileSync(join(root, 'e'), ', appended');
  truncateSync(join(root, 'copy'), 5);
  execFileSync('/bin/sh', ['-c', 'echo from a child > "$1"; rm -f "$2"', 'sh', join(root, 'f'), join(root, 'nothing')]);
  openSync(join(root, 'c'), 'w');
  mkdirSync(join(root, 'gone'));
  rmSync(join(root, 'gone'), { recursive: true });
  await promises.link(join(root, 'e'), join(root, 'e2'));
  unlinkSync(join(root, 'e'));
  const folder = openSync(root, 'r');
  fsyncSync(folder);
}

const [script = '', root] = process.argv.slice(1);
if (script.endsWith('calls-subject.js') && root !== undefined) await main(root);
