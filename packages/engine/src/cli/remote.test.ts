// The address of a server: a mistake in it is told as one.
import { expect, test } from 'vitest';
import { run } from './command-line.suite.js';

test('an address without http:// is a mistake in the command line, and no server that is down', async () => {
  for (const url of ['localhost:4040', '127.0.0.1:4040', 'ftp://127.0.0.1', '']) {
    const { code, err } = await run('profile', 'ann', '--url', url);
    expect([url, code, err]).toEqual([url, 2, expect.stringContaining('http://127.0.0.1:4040')]);
  }
  expect((await run('profile', 'ann', '--url', 'http://127.0.0.1:1')).err).toContain('server_unreachable');
});
