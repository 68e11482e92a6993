// The checks of an auditor, on another machine: only copied files and the public key.
import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { freshFolder, run, runJson } from './command-line.suite.js';
import { open } from '../runtime/open.js';

const at = freshFolder();
const data = at('shop');
const keyFile = at('key.txt');
const note = at('checkpoint.txt');
const receipt = at('receipt.json');

async function within<T>(work: (engine: Awaited<ReturnType<typeof open>>) => Promise<T>): Promise<T> {
  const engine = await open(data, { tickMs: 0 });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

beforeAll(async () => {
  await within(async (engine) => {
    for (const subject of ['ann', 'bob']) {
      await engine.choose(subject, { choices: { personalise: 'granted' }, origin: 'test' });
      for (let view = 0; view < 20; view += 1) {
        const properties = { product_id: `item${view}` };
        await engine.accept([
          { id: `${subject}${view}`, subject, type: 'item.viewed', occurredAt: Date.now(), source: 'test', properties },
        ]);
      }
    }
    const erased = await engine.erase(['bob']);
    const document = engine.answers.erasureReceipt(erased.receipt, erased.salts);
    writeFileSync(receipt, document.ok ? document.value : '');
  });
  writeFileSync(keyFile, (await run('ledger', 'keys', '--data', data)).out);
  writeFileSync(note, (await run('ledger', 'checkpoint', '--data', data)).out);
}, 240_000);

describe('ethogram receipt verify', () => {
  test('needs the file and the key, and tells whom it concerns', async () => {
    const done = await runJson('receipt', 'verify', receipt, '--key', keyFile, '--subject', 'bob');
    expect(done).toMatchObject({ code: 0, json: { ok: true, kind: 'erasure', concerns: true } });
    expect((await runJson('receipt', 'verify', receipt, '--key', readFileSync(keyFile, 'utf8').trim(), '--subject', 'ann')).code).toBe(1);
    expect((await run('receipt', 'verify', receipt, '--key', keyFile)).out).toContain(
      'It cannot show that no copy was made elsewhere before.',
    );
  });

  test('refuses a changed file, another key, and no key', async () => {
    const changed = at('changed.json');
    writeFileSync(changed, readFileSync(receipt, 'utf8').replace('"events":21', '"events":22'));
    expect(await runJson('receipt', 'verify', changed, '--key', keyFile)).toMatchObject({
      code: 1,
      json: { error: { code: 'receipt_refused' } },
    });
    expect((await run('receipt', 'verify', receipt)).code).toBe(2);
    expect((await run('receipt', 'verify', receipt, '--key', 'nonsense')).code).toBe(2);
    expect((await run('receipt', 'verify', at('missing.json'), '--key', keyFile)).code).toBe(1);
  });

  test('a consent receipt of the folder verifies', async () => {
    const consent = at('consent.json');
    writeFileSync(consent, (await run('receipt', 'consent', 'ann', '--data', data)).out);
    expect(await runJson('receipt', 'verify', consent, '--key', keyFile, '--subject', 'ann')).toMatchObject({
      code: 0,
      json: { kind: 'consent' },
    });
  });
});

describe('ethogram ledger verify', () => {
  function copy(name: string): string {
    const folder = at(name);
    cpSync(data, folder, { recursive: true });
    return folder;
  }

  test('reads only: what it looks at may be forbidden to write, and stays as it is', async () => {
    const folder = copy('sealed');
    const paths = [folder, ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))];
    const looks = (): string[] =>
      [folder, ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))].map(
        (path) => `${path} ${statSync(path).mtimeMs} ${statSync(path).ctimeMs}`,
      );
    for (const path of paths) chmodSync(path, statSync(path).isDirectory() ? 0o500 : 0o400);
    const before = looks();
    expect((await run('ledger', 'verify', folder)).code).toBe(0);
    expect(looks()).toEqual(before);
    for (const path of paths) chmodSync(path, 0o700);
    // An auditor may be given the folder without the key that signs: then no other is made in its place.
    rmSync(join(folder, 'signing'), { recursive: true });
    const keyless = looks();
    const asked = await run('ledger', 'verify', folder);
    expect([asked.code, asked.err]).toEqual([2, expect.stringContaining('--key is needed')]);
    expect(looks()).toEqual(keyless);
    expect((await run('ledger', 'verify', folder, '--key', keyFile)).code).toBe(0);
  });

  const segments = (folder: string): string[] =>
    readdirSync(join(folder, 'log'))
      .filter((name) => /^\d{20}\.seg$/.test(name))
      .map((name) => join(folder, 'log', name));

  test('a copied folder without its keys holds its own checkpoint and one that was kept', async () => {
    const folder = copy('copy');
    rmSync(join(folder, 'keys'), { recursive: true });
    rmSync(join(folder, 'state'), { recursive: true });
    const done = await runJson('ledger', 'verify', folder, '--key', keyFile);
    expect(done).toMatchObject({ code: 0, json: { ok: true, problems: [] } });
    expect(done.json['checkpoint']).not.toBeNull();
    expect(await runJson('ledger', 'verify', folder, '--key', keyFile, '--checkpoint', note)).toMatchObject({
      code: 0,
      json: { ok: true },
    });
    expect((await run('ledger', 'verify', folder)).err).toContain('compare it with one that you have from elsewhere');
  });

  test('a changed header, a cut tail and another key are seen', async () => {
    const changed = copy('changed-copy');
    const [segment = ''] = segments(changed);
    const bytes = readFileSync(segment);
    bytes[128 + 16 + 60] = (bytes[128 + 16 + 60] ?? 0) ^ 1;
    writeFileSync(segment, bytes);
    expect(await runJson('ledger', 'verify', changed, '--key', keyFile, '--checkpoint', note)).toMatchObject({
      code: 1,
      json: { ok: false },
    });
    const cut = copy('cut-copy');
    const last = segments(cut).at(-1) ?? '';
    truncateSync(last, Math.min(statSync(last).size, 4096));
    expect((await runJson('ledger', 'verify', cut, '--key', keyFile, '--checkpoint', note)).json['ok']).toBe(false);
    const other = at('other');
    await (await open(other, { tickMs: 0 })).close();
    const otherKey = (await run('ledger', 'keys', '--data', other)).out.trim();
    expect((await runJson('ledger', 'verify', copy('third'), '--key', otherKey)).json['ok']).toBe(false);
  });

  test('a later checkpoint continues an older one by its proof, and no other', async () => {
    await within((engine) => engine.choose('ann', { choices: { train: 'granted' }, origin: 'test' }));
    const later = at('later.txt');
    writeFileSync(later, (await run('ledger', 'checkpoint', '--data', data)).out);
    const proof = at('proof.json');
    await within((engine) => {
      const sizes = [note, later].map((path) => Number(readFileSync(path, 'utf8').split('\n')[1]));
      const found = engine.ledger.consistency(sizes[0] ?? 0, sizes[1] ?? 0);
      if (!found.ok) throw new Error(found.code);
      writeFileSync(proof, JSON.stringify({ proof: found.value.map((hash) => Buffer.from(hash).toString('base64')) }));
      return Promise.resolve();
    });
    expect(await runJson('ledger', 'verify', later, '--older', note, '--proof', proof, '--key', keyFile)).toMatchObject({
      code: 0,
      json: { ok: true },
    });
    expect((await runJson('ledger', 'verify', note, '--older', later, '--proof', proof, '--key', keyFile)).code).toBe(1);
    writeFileSync(proof, '{"proof":[]}');
    expect((await runJson('ledger', 'verify', later, '--older', note, '--proof', proof, '--key', keyFile)).code).toBe(1);
  });

  test('a rotated key signs on under the same name, is logged, and the old receipts stay good', async () => {
    const before = readFileSync(keyFile, 'utf8').trim();
    const rotated = (await run('ledger', 'rotate', '--data', data)).out.trim().split('\n');
    expect(rotated).toHaveLength(2);
    expect(rotated[1]).toBe(before);
    expect(rotated[0]?.split('+')[0]).toBe(before.split('+')[0]);
    expect(readFileSync(join(data, 'signing', 'signing-key.json'), 'utf8').match(/"seed": null/g)).toHaveLength(1);
    if (process.platform !== 'win32') expect(statSync(join(data, 'signing', 'signing-key.json')).mode & 0o777).toBe(0o600);
    const bothKeys = at('both.txt');
    writeFileSync(bothKeys, rotated.join('\n'));
    expect((await run('receipt', 'verify', receipt, '--key', bothKeys)).code).toBe(0);
    const fresh = at('fresh.txt');
    writeFileSync(fresh, (await run('ledger', 'checkpoint', '--data', data)).out);
    expect((await run('ledger', 'verify', fresh, '--key', rotated[0] ?? '')).code).toBe(0);
    expect((await run('ledger', 'verify', fresh, '--key', before)).code).toBe(1);
    const acts = await within((engine) =>
      Promise.resolve(
        [...engine.log.read(0)].filter(({ bytes }) => bytes !== null && Buffer.from(bytes).includes('signing-key.rotated')).length,
      ),
    );
    expect(acts).toBe(1);
  });

  test('a folder from before its last checkpoint signs nothing more, until it has a new name', async () => {
    const restored = copy('restored');
    const engine = await open(restored, { tickMs: 0 });
    await engine.choose('ann', { choices: { analytics: 'granted' }, origin: 'test' });
    await engine.close();
    for (const part of ['log', 'keys', 'state']) {
      rmSync(join(restored, part), { recursive: true });
      cpSync(join(data, part), join(restored, part), { recursive: true });
    }
    expect(await runJson('ledger', 'checkpoint', '--data', restored)).toMatchObject({
      code: 1,
      json: { error: { code: 'ledger_forked' } },
    });
    const before = (await run('ledger', 'keys', '--data', restored)).out;
    const renewed = at('renewed.txt');
    writeFileSync(renewed, (await run('ledger', 'renew', '--data', restored)).out);
    const [now, ...former] = readFileSync(renewed, 'utf8').trimEnd().split('\n');
    expect(now?.split('+')[0]).not.toBe(readFileSync(keyFile, 'utf8').split('+')[0]);
    expect((await run('ledger', 'checkpoint', '--data', restored)).code).toBe(0);
    // What was signed under the old name stays good, and is told apart from the new ledger.
    expect(former.join('\n')).toBe(before.trimEnd());
    expect((await run('receipt', 'verify', receipt, '--key', renewed, '--subject', 'bob')).code).toBe(0);
    expect((await run('ledger', 'verify', note, '--key', renewed)).code).toBe(0);
    expect((await run('ledger', 'rotate', '--data', restored)).out).toContain(before);
    expect(readFileSync(join(restored, 'signing', 'signing-key.json'), 'utf8').match(/"seed": "/g)).toHaveLength(1);
  });
});
