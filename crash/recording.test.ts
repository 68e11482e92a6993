// A machine without a C compiler is told so in one sentence, by code, and nothing is left half built.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { compileRecorder } from './recording.js';

describe('compileRecorder', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('says that it needs a C compiler where none is', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ethogram-recorder-'));
    vi.stubEnv('CC', join(folder, 'no-such-compiler'));
    const result = compileRecorder(folder);
    const code = process.platform === 'linux' ? 'crash_needs_compiler' : 'crash_needs_linux';
    expect(result).toMatchObject({ ok: false, code, message: expect.stringMatching(/needs (a C compiler|Linux)/) });
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  });
});
