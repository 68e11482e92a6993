// Nothing is done for nobody.
import { expect, test } from 'vitest';
import { open } from '../runtime/open.js';
import { freshFolder, run, runJson } from './command-line.suite.js';

const at = freshFolder();

test('an empty id is a mistake, and neither a request nor an erasure', async () => {
  await (await open(at('shop'), { tickMs: 0 })).close();
  for (const words of [
    ['erase', ''],
    ['erase', 'ann', ''],
    ['erase', 'a\u0007'],
    ['requests', 'open', '', 'erase'],
    ['kept', 'hold', '', '--by', 'Sam', '--why', 'claim'],
  ])
    expect([words, await runJson(...words, '--data', at('shop'))]).toMatchObject([words, { code: words[0] === 'kept' ? 1 : 2 }]);
  expect((await run('requests', '--data', at('shop'))).out).toBe('No requests.\n');
  expect((await runJson('erase', 'ann', '--data', at('shop'))).json).toMatchObject({ subjects: 1, events: 0 });
});
