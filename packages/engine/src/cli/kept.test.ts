// What the law keeps, from the command line over a real folder: held, erased, listed, read, ended; and no byte of it in clear on the disk.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { EventType } from '../model/event-type.js';
import { open } from '../runtime/open.js';
import { shopTypes } from '../runtime/shop-types.js';
import { freshFolder, run, runJson } from './command-line.suite.js';

const at = freshFolder();
const law = 'Commercial code, section 257';
const invoice: EventType = {
  name: 'invoice.issued',
  category: 'transactional',
  purposes: { service: 'declared' },
  properties: { number: { type: 'string', required: true } },
  retentionDays: 400,
};

function filesUnder(path: string): string[] {
  return statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => filesUnder(join(path, name))) : [path];
}

test('is listed, read under its own ground, and named by an erasure; a hold is placed and ended', async () => {
  const data = at('shop');
  const engine = await open(data, { tickMs: 0, eventTypes: [...shopTypes, invoice] });
  const declared = { eventType: invoice.name, purpose: 'service', basis: 'legal_obligation', reason: law, keepDays: 3_650 } as const;
  expect((await engine.declareBasis(declared)).ok).toBe(true);
  const sent = { id: 'i1', subject: 'ann-8714', type: invoice.name, occurredAt: Date.now(), source: 'test' };
  expect(await engine.accept([{ ...sent, properties: { number: 'no-55219' } }])).toMatchObject({ ok: true, value: { accepted: 1 } });
  await engine.close();

  expect((await run('kept', '--data', data)).out).toBe('Nothing is kept, and nobody is on hold.\n');
  const who = ['--by', 'Kim Adams', '--why', 'claim 7', '--data', data];
  const placed = await runJson('kept', 'hold', 'ann-8714', ...who);
  const hold = String(placed.json['hold']);
  expect((await run('kept', '--data', data)).out).toBe(`${hold}  hold on ann-8714, by Kim Adams: claim 7\n`);
  const erased = await run('erase', 'ann-8714', '--data', data);
  expect(erased.out).toContain(`Sealed apart, not destroyed: 1 of type invoice.issued, under obligation "${law}", until 20`);
  expect(erased.out).toContain(`Sealed apart, not destroyed: 2 events, under hold "${hold}", until the hold is ended.`);
  for (const secret of ['ann-8714', 'no-55219'])
    expect(
      filesUnder(data).filter((file) => readFileSync(file).includes(secret)),
      secret,
    ).toEqual([]);

  const { json } = await runJson('kept', '--data', data);
  const classes = json['classes'] as { readonly id: number; readonly kind: string }[];
  expect(classes.map(({ kind }) => kind).sort()).toEqual(['hold', 'obligation']);
  const id = String(classes.find(({ kind }) => kind === 'obligation')?.id);
  expect(await run('kept', 'read', id, '--under', 'curiosity', ...who)).toMatchObject({
    code: 1,
    err: expect.stringContaining('kept_ground'),
  });
  const read = await runJson('kept', 'read', id, '--under', law, ...who);
  expect(read).toMatchObject({ code: 0, json: { events: [{ subject: 'ann-8714', properties: { number: 'no-55219' } }] } });
  expect(await run('kept', 'end', hold, '--data', data)).toMatchObject({ code: 1, err: expect.stringContaining('body_shape') });
  expect(await runJson('kept', 'end', hold, ...who)).toMatchObject({ code: 0, json: { destroyed: 2 } });
  expect((await run('kept', 'read')).code).toBe(2);
  expect((await runJson('kept', '--data', data)).json).toMatchObject({ classes: [{ kind: 'obligation', events: 1 }], holds: [] });
});
