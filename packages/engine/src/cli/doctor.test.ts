// ethogram doctor: each check finds what it is for, and a healthy folder has no problem. Exit codes as scripts read them.
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { errors } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { open } from '../runtime/open.js';
import { freshFolder, run, runJson } from './command-line.suite.js';
import { folderFinding } from './doctor-folder.js';
import { logFinding, overdueFinding } from './doctor-log.js';
import { clockFinding, nodeFinding, portFinding } from './doctor-machine.js';
import { checks } from './finding.js';

const at = freshFolder();

/** Code and state of every finding that is not `ok`. */
async function found(...argv: string[]): Promise<{ readonly code: number; readonly wrong: readonly string[]; readonly text: string }> {
  const { code, json } = await runJson('doctor', ...argv);
  const findings = json['findings'] as { code: string; state: string; sentence: string; mend: string | null }[]; // as `shape` says
  const wrong = findings.filter(({ state }) => state !== 'ok');
  for (const each of wrong) expect(each.mend).not.toBeNull();
  expect(json['ok']).toBe(code === 0);
  return { code, wrong: wrong.map(({ code: check, state }) => `${check} ${state}`), text: JSON.stringify(findings) };
}

/** Names a place for the wrapping key of the folder to all that follows in this file, until another is made. */
function wrappingFor(name: string): string {
  process.env['ETHOGRAM_WRAPPING'] = at(`${name}-wrapping`);
  return at(`${name}-wrapping`);
}

afterAll(() => {
  delete process.env['ETHOGRAM_WRAPPING'];
});

async function made(name: string): Promise<string> {
  const engine = await open(at(name), { tickMs: 0, wrapping: wrappingFor(name) });
  await engine.upsertItems([{ id: 'tea' }]);
  await engine.close();
  return at(name);
}

let free: number;
beforeAll(async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  free = (server.address() as AddressInfo).port; // it listens on TCP
  await new Promise((resolve) => server.close(resolve));
});

test('a healthy folder: every check, none wrong, nothing written to the log', async () => {
  const data = await made('healthy');
  const before = (await run('dump', '--canonical', '--hash', '--data', data)).out;
  const { code, json } = await runJson('doctor', '--data', data, '--port', `${free}`);
  expect(code).toBe(0);
  const findings = json['findings'] as { code: string; state: string }[]; // as `shape` says
  expect(findings.map((each) => each.code).sort()).toEqual(Object.keys(checks).sort());
  expect(findings.filter(({ state }) => state !== 'ok')).toEqual([]);
  expect((await run('dump', '--canonical', '--hash', '--data', data)).out).toBe(before);
  expect((await run('doctor', '--data', data, '--deep')).out).toMatch(
    /^ok +node +Node [\s\S]*ok +log +\d+ events[\s\S]*No problem found\.\n$/,
  );
});

test('no folder: a problem where one was named', async () => {
  expect(await found('--data', at('none'), '--port', `${free}`)).toMatchObject({ code: 1, wrong: ['folder problem'] });
  expect(existsSync(at('none'))).toBe(false);
});

test('rights of others, a tenant that cannot be read, an address that was left behind, keys that have ended', async () => {
  const data = await made('sloppy');
  chmodSync(join(data, 'log'), 0o755);
  writeFileSync(join(data, 'address'), 'http://127.0.0.1:1\n', { mode: 0o600 });
  await runJson('keys', 'add', '--kind', 'write', '--days', '3', '--data', data);
  const first = await found('--data', data, '--port', `${free}`);
  expect(first).toMatchObject({ code: 1, wrong: ['modes problem', 'keys warning', 'server warning'] });
  expect(first.text).toContain('chmod -R go-rwx');
  chmodSync(join(data, 'log'), 0o700);
  const { json } = await runJson('keys', 'list', '--data', data);
  const [key] = json['keys'] as { id: string }[]; // as `shape` says
  await run('keys', 'revoke', key?.id ?? '', '--data', data);
  rmSync(join(data, 'address'));
  const second = await found('--data', data, '--port', `${free}`);
  expect(second).toMatchObject({ code: 0, wrong: ['keys warning'] });
  expect(second.text).toContain('every caller is turned away');
  const tenant = readFileSync(join(data, 'tenant.json'));
  tenant.writeUInt8(tenant.readUInt8(90) ^ 1, 90);
  writeFileSync(join(data, 'tenant.json'), tenant, { mode: 0o600 });
  expect(await found('--data', data, '--port', `${free}`)).toMatchObject({ code: 1, wrong: ['tenant problem', 'keys warning'] });
  writeFileSync(join(data, 'access/keys.json'), '{}', { mode: 0o600 });
  writeFileSync(join(data, 'tenant.json'), 'x', { mode: 0o600 });
  expect(await found('--data', data, '--port', `${free}`)).toMatchObject({ code: 1, wrong: ['tenant problem', 'keys problem'] });
});

test('files of another user within the folder: which they are, and nothing else is asked of them', async () => {
  const data = await made('foreign');
  const segment = readdirSync(join(data, 'log')).find((name) => name.endsWith('.seg')) ?? '';
  const refused = new Set([join(data, 'log', segment), join(data, 'keys')]);
  const mayUse = (path: string): boolean => ![...refused].some((each) => path.startsWith(each));
  expect(folderFinding(data, true)).toMatchObject({ state: 'ok' });
  const finding = folderFinding(data, true, mayUse);
  expect(finding).toMatchObject({ code: 'folder', state: 'problem', mend: expect.stringContaining('chown -R') });
  expect(finding.sentence).toContain(`log/${segment}`);
  expect(finding.sentence).toContain('keys');
  refused.add(data);
  expect(folderFinding(data, true, mayUse).sentence).toContain(data);
});

test('keys of the log that are missing: a problem, and no new ones are made', async () => {
  const data = await made('unsealed');
  renameSync(join(data, 'keys/keys.dat'), at('kept'));
  expect(await found('--data', data, '--port', `${free}`)).toMatchObject({ code: 1, wrong: ['sealing problem'] });
  expect(existsSync(join(data, 'keys/keys.dat'))).toBe(false);
  renameSync(at('unsealed-wrapping'), at('elsewhere'));
  renameSync(at('kept'), join(data, 'keys/keys.dat'));
  expect(await found('--data', data, '--port', `${free}`)).toMatchObject({ code: 1, wrong: ['sealing problem'] });
  renameSync(at('elsewhere'), at('unsealed-wrapping'));
  renameSync(join(data, 'keys/keys.dat'), at('kept'));
  renameSync(at('kept'), join(data, 'keys/keys.dat'));
  expect(await found('--data', data, '--port', `${free}`)).toMatchObject({ code: 0, wrong: [] });
});

test('a wrapping key in the data folder is warned of; naming a place moves it there; rights of others to it are a problem', async () => {
  delete process.env['ETHOGRAM_WRAPPING'];
  const data = at('inside');
  await (await open(data, { tickMs: 0 })).close();
  const inside = await found('--data', data, '--port', `${free}`);
  expect(inside).toMatchObject({ code: 0, wrong: ['sealing warning'] });
  expect(inside.text).toContain('ETHOGRAM_WRAPPING');
  const place = wrappingFor('inside');
  // As doctor, or any start, opens it with the place named.
  await (await open(data, { tickMs: 0, wrapping: place })).close();
  expect(await found('--data', data, '--port', `${free}`)).toMatchObject({ code: 0, wrong: [] });
  expect([readdirSync(join(data, 'keys')).filter((name) => name.endsWith('.key')), readdirSync(place).length]).toEqual([[], 1]);
  chmodSync(place, 0o755);
  expect(await found('--data', data, '--port', `${free}`)).toMatchObject({ code: 1, wrong: ['sealing problem'] });
  chmodSync(place, 0o700);
  process.env['ETHOGRAM_WRAPPING'] = join(data, 'wrapping');
  expect((await found('--data', data, '--port', `${free}`)).wrong).toContain('sealing problem');
});

test('rekey puts another wrapping key in the place of the old one', async () => {
  const data = await made('rekeyed');
  const before = readdirSync(at('rekeyed-wrapping'));
  expect(await runJson('rekey', '--data', data)).toMatchObject({ code: 0, json: { keys: 1 } });
  const after = readdirSync(at('rekeyed-wrapping'));
  expect([before.length, after.length, after.includes(before[0] ?? '')]).toEqual([1, 1, false]);
  expect(await found('--data', data, '--port', `${free}`)).toMatchObject({ code: 0, wrong: [] });
});

test('a damaged log, and a state that is not there', async () => {
  const data = await made('damaged');
  rmSync(join(data, 'state'), { recursive: true });
  expect(await found('--data', data, '--port', `${free}`)).toMatchObject({ code: 0, wrong: ['state warning'] });
  const name = '00000000000000000000.seg';
  const bytes = readFileSync(join(data, 'log', name));
  bytes.fill(0xff, 200, 260);
  writeFileSync(join(data, 'log', name), bytes, { mode: 0o600 });
  const damaged = await found('--data', data, '--port', `${free}`);
  expect(damaged).toMatchObject({ code: 1, wrong: ['log problem'] });
  expect(damaged.text).toContain('at offset');
});

test('while another holds it: who does, and the log is left alone', async () => {
  const engine = await open(at('held'), { tickMs: 0, wrapping: wrappingFor('held') });
  try {
    const held = await found('--data', at('held'), '--port', `${free}`);
    expect(held).toMatchObject({ code: 0, wrong: [] });
    expect(held.text).toMatch(/is held by process \d+[\s\S]*Not looked at while/);
    writeFileSync(at('held/address'), 'http://127.0.0.1:1\n', { mode: 0o600 });
    expect(await found('--data', at('held'), '--port', `${free}`)).toMatchObject({ code: 1, wrong: ['server problem'] });
  } finally {
    await engine.close();
  }
});

test('a port that is taken; a clock that was set back', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const data = await made('busy');
  const later = Date.now() / 1000 + 7_200;
  utimesSync(join(data, 'state'), later, later);
  expect(await found('--data', data, '--port', `${port}`)).toMatchObject({ code: 1, wrong: ['clock problem', 'port warning'] });
  expect(await portFinding(port, true)).toMatchObject({ state: 'ok' });
  await new Promise((resolve) => server.close(resolve));
});

test('a log whose seals do not hold; a large one is read again only when asked', () => {
  const report = { ok: false, records: 1, events: 1, gaps: 0, headHash: '', problems: ['here', 'there'] };
  const of = (bytes: number, deep: boolean): unknown => logFinding({ head: 1, verify: () => report }, bytes, deep, () => undefined);
  const broken = { state: 'problem', sentence: '2 problems, the first: here.' };
  expect(of(limits.doctorVerifyBytesMax, false)).toMatchObject(broken);
  expect(of(limits.doctorVerifyBytesMax + 1, false)).toMatchObject({ state: 'ok', sentence: expect.stringContaining('--deep') });
  expect(of(limits.doctorVerifyBytesMax + 1, true)).toMatchObject(broken);
});

test('what is past its date, and why bytes that are due are still there', () => {
  const none = { requests: 0, notices: 0, erasures: 0 };
  expect(overdueFinding(none)).toMatchObject({ state: 'ok' });
  expect(overdueFinding({ ...none, notices: 1 })).toMatchObject({ state: 'warning' });
  expect(overdueFinding(none, 'disk_full')).toMatchObject({ state: 'warning', mend: errors.disk_full.hint });
  const late = overdueFinding({ ...none, erasures: 2 }, 'log_damaged');
  expect(late).toMatchObject({ state: 'problem', mend: errors.log_damaged.hint });
  expect(late.sentence).toMatch(/^2 erasures are past their deadline/u);
  expect(overdueFinding({ ...none, erasures: 1 })).toMatchObject({ state: 'problem' });
});

test('versions of Node and times of the clock', () => {
  const states = ['18.20.0', '20.18.9', '20.19.0', '22.1.0', '24.0.0'].map((version) => nodeFinding(version).state);
  expect(states).toEqual(['problem', 'problem', 'ok', 'ok', 'ok']);
  const now = Date.UTC(2026, 2, 1);
  expect(
    [clockFinding(0, null), clockFinding(now, null), clockFinding(now, now), clockFinding(now, now + 3_600_000)].map(({ state }) => state),
  ).toEqual(['problem', 'ok', 'ok', 'problem']);
});
