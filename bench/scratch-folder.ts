// A data folder under the system's temporary folder that is gone when the bench ends, also when it fails or is interrupted.
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { percentile } from './percentile.js';
import { say } from './progress.js';

const made = new Set<string>();

export function makeScratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ethogram-bench-'));
  made.add(folder);
  return folder;
}

export function removeScratchFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  made.delete(folder);
}

export function removeScratchFolders(): void {
  for (const folder of made) removeScratchFolder(folder);
}

/** Says what this disk takes for 4 KiB with fdatasync, so that figures can be read beside it. */
export function sayDiskSpeed(): void {
  const folder = makeScratchFolder();
  const file = openSync(join(folder, 'probe'), 'w');
  const block = Buffer.alloc(4096, 1);
  const times: number[] = [];
  for (let at = 0; at < 200; at += 1) {
    const fromMs = performance.now();
    writeSync(file, block);
    fdatasyncSync(file);
    times.push(performance.now() - fromMs);
  }
  closeSync(file);
  removeScratchFolder(folder);
  say(
    `disk: append of 4 KiB with fdatasync takes p50 ${percentile(times, 0.5).toFixed(2)} ms, p99 ${percentile(times, 0.99).toFixed(2)} ms`,
  );
}
