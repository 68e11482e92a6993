// Ordinary mistakes with paths: each is named as one, with the path, and none as a bug of the engine.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { DiskError } from '../ports/disk.js';
import { open } from '../runtime/open.js';
import { freshFolder, run } from './command-line.suite.js';
import { pathRefusal } from './path-refusal.js';

const at = freshFolder();
const key = at('key.txt');

beforeAll(async () => {
  const engine = await open(at('shop'), { tickMs: 0 });
  await engine.choose('ann', { choices: { personalise: 'granted' }, origin: 'test' });
  await engine.close();
  writeFileSync(at('file'), 'no folder\n');
  mkdirSync(at('none'));
  mkdirSync(at('spoilt/tenant.json'), { recursive: true });
  writeFileSync(key, (await run('ledger', 'keys', '--data', at('shop'))).out);
  await run('backup', at('shop'), at('backup'));
});

// A path beneath a plain file can be made by nobody, not even by root.
const mistakes: readonly [code: string, ...argv: string[]][] = [
  ['path_refused', 'serve', '--port', '0', '--data', at('file')],
  ['path_refused', 'serve', '--port', '0', '--data', at('file/below')],
  ['path_refused', 'verify', '--data', at('spoilt')],
  ['path_refused', 'keys', 'list', '--data', at('file')],
  ['path_refused', 'keys', 'add', '--kind', 'write', '--data', at('file/below')],
  ['path_refused', 'restore', at('backup'), at('file'), '--erasures', 'none'],
  ['path_refused', 'restore', at('backup'), at('file/below'), '--erasures', 'none'],
  ['path_refused', 'backup', at('shop'), at('file/below')],
  ['path_refused', 'new', 'pack', 'gym', '--into', at('file/below')],
  ['path_refused', 'evidence', '--out', at('file'), '--data', at('shop')],
  ['path_refused', 'evidence', '--out', at('file/below'), '--data', at('shop')],
  ['path_refused', 'evidence', '--verify', at('none'), '--key', key],
  ['path_refused', 'evidence', '--verify', at('nowhere'), '--key', key],
  ['file_unreadable', 'replay', 'nudge', '--policy', at('nosuch.json'), '--data', at('shop')],
  ['path_refused', 'export', 'events', '--purpose', 'train', '--out', at('file/below'), '--data', at('shop')],
  ['path_refused', 'export', 'person', 'ann', '--out', at('file/below.jsonl.gz'), '--data', at('shop')],
  ['path_refused', 'export', 'person', 'ann', '--out', at('file/below.zip'), '--data', at('shop')],
  ['path_refused', 'export', 'person', 'ann', '--out', at('nowhere/ann.zip'), '--data', at('shop')],
];

describe('a path that cannot be used', () => {
  test.each(mistakes)('%s: %s %s', async (code, ...argv) => {
    const { code: exit, out, err } = await run(...argv);
    expect([exit, out]).toEqual([1, '']);
    expect(err).toMatch(new RegExp(`^ethogram: ${code}: .*\\(.*\\)\\n`, 'u'));
    expect(err).toContain(code === 'path_refused' ? at('.') : code);
    expect(err).not.toContain('    at ');
  });

  test('doctor says what is wrong with it', async () => {
    const { code, out, err } = await run('doctor', '--data', at('file'));
    expect([code, err]).toEqual([1, '']);
    expect(out).toContain(at('file'));
  });

  test('nothing was changed by any of them', () => {
    expect(readFileSync(at('file'), 'utf8')).toBe('no folder\n');
    expect(readdirSync(at('none'))).toEqual([]);
    expect(readdirSync(at('.')).sort()).toEqual(['backup', 'file', 'key.txt', 'none', 'shop', 'spoilt']);
  });
});

test('a full disk is one, whoever says so; what is no mistake with a path stays a bug', () => {
  const system = (code: string): Error => Object.assign(new Error(`${code}: open`), { code, syscall: 'open', path: join('some', 'where') });
  expect(pathRefusal(system('ENOSPC'))).toMatchObject({ code: 'disk_full', detail: 'some/where: ENOSPC' });
  expect(pathRefusal(system('EACCES'))).toMatchObject({ code: 'path_refused', detail: 'some/where: EACCES' });
  expect(pathRefusal(new DiskError('no_space', "write 'log/1'"))).toMatchObject({ code: 'disk_full', detail: "write 'log/1'" });
  const readOnly = new DiskError('io', "open 'log/1': EROFS");
  expect(pathRefusal(readOnly)).toMatchObject({ code: 'path_refused', detail: "open 'log/1': EROFS" });
  expect(pathRefusal(readOnly, 'opening shop')).toMatchObject({ code: 'path_refused', detail: "opening shop: open 'log/1': EROFS" });
  expect(pathRefusal(Object.assign(new Error('a reset'), { code: 'ECONNRESET', syscall: 'read' }))).toBeUndefined();
  expect(pathRefusal(new TypeError('a bug'))).toBeUndefined();
});
