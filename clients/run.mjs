// npm run -s test:clients: other people's SDKs, unmodified, against a real server with keys. Each makes every call of its API; what the
// server accepted is counted on the way, what is visible is asked from the person's profile afterwards. Clients that retry meet a port on
// which nothing listens until it has refused them once. One person grants nothing and must stay invisible. Prints a table and one line of
// JSON; exits with 1 when anything differs. --planted drops one request of each client on the way, which must turn it red.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const here = import.meta.dirname;
const bin = join(here, '../packages/engine/bin/ethogram.js');
const installed = join(here, 'node_modules/.package-lock.json');
const planted = process.argv.includes('--planted');
const settleMsMax = 20_000;

const say = (text) => process.stdout.write(`${text}\n`);
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(join(here, 'package-lock.json')).mtimeMs) {
  say('installing the clients');
  const done = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: here,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (done.status !== 0) process.exit(1);
}

const [{ Door }, { inPage }, { segmentNode }, { rudderNode }, { cloudEvents }, { openFeatureServer }] = await Promise.all([
  import('./door.mjs'),
  import('./in-page.mjs'),
  import('./segment-node.mjs'),
  import('./rudder-node.mjs'),
  import('./cloud-events.mjs'),
  import('./open-feature-server.mjs'),
]);

const everyType = { 'item.viewed': 1, 'order.completed': 1, identify: 1, 'page.viewed': 1, group: 1, alias: 1 };
const clients = [
  segmentNode,
  inPage({ name: '@segment/analytics-next', page: 'segment-next.mjs', deadFirst: false, sent: 7, types: { ...everyType, screen: 1 } }),
  rudderNode,
  inPage({ name: '@rudderstack/analytics-js', page: 'rudder-js.mjs', deadFirst: false, sent: 6, types: everyType }),
  cloudEvents,
  openFeatureServer,
  inPage({
    name: '@openfeature/web-sdk',
    with: '@openfeature/ofrep-web-provider',
    page: 'open-feature-web.mjs',
    deadFirst: false,
    sent: 1,
    polls: true,
    types: {},
  }),
];

const folder = mkdtempSync(join(tmpdir(), 'ethogram-clients-'));
const key = (kind) =>
  JSON.parse(execFileSync(process.execPath, [bin, 'keys', 'add', '--kind', kind, '--data', folder, '--json'], { encoding: 'utf8' })).key;
const keys = { write: key('write'), secret: key('secret') };
const server = spawn(process.execPath, [bin, 'serve', '--data', folder, '--port', '0', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
const url = await new Promise((resolve, reject) => {
  let text = '';
  server.stdout.on('data', (chunk) => {
    text += chunk.toString();
    if (text.includes('\n')) resolve(JSON.parse(text.split('\n')[0]).url);
  });
  server.once('exit', () => reject(new Error('the server ended before it listened')));
});

async function ask(path, body) {
  const response = await fetch(url + path, {
    headers: { authorization: `Bearer ${keys.secret}` },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

/** How many events of each type the person's profile holds. */
async function profileOf(person) {
  const { status, body } = await ask(`/v1/subjects/${person}`);
  const found = {};
  if (status === 200)
    for (const [type, days] of Object.entries(body.traits.events_by_day ?? {}))
      found[type] = Object.values(days).reduce((sum, n) => sum + n, 0);
  return { found, total: Object.values(found).reduce((sum, n) => sum + n, 0) };
}

function versionOf(name) {
  return JSON.parse(readFileSync(join(here, 'node_modules', name, 'package.json'), 'utf8')).version;
}

/** Resolves when a connection of this process to that port has been refused. Not after so long: a client gives up after a few tries. */
function refusedOn(port) {
  return new Promise((resolve) => {
    const look = ({ socket }) =>
      socket.once('error', (error) => {
        if (error.code !== 'ECONNREFUSED' || error.port !== port) return;
        unsubscribe('net.client.socket', look);
        resolve();
      });
    subscribe('net.client.socket', look);
  });
}

async function tryOne(client) {
  const person = `person-of-${client.name.replace(/[^a-z]+/g, '-')}`;
  const door = new Door(url, { drops: planted });
  const problems = [];
  await door.reserve();
  const settled = async () => {
    for (let waited = 0; door.accepted < client.sent && waited < (planted ? 2_000 : settleMsMax); waited += 50) await wait(50);
  };
  try {
    if (client.deadFirst) void refusedOn(door.port).then(() => door.open());
    else await door.open();
    await client.run({ url: door.url, writeKey: keys.write, person, settled });
    await settled();
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  } finally {
    door.close();
  }
  const { found, total } = await profileOf(person);
  const isFlag = Object.keys(client.types).length === 0;
  for (const [type, count] of Object.entries(client.types))
    if (found[type] !== count) problems.push(`${type}: ${found[type] ?? 0} of ${count}`);
  if (client.polls && door.unchanged === 0) problems.push('no poll was answered 304');
  const accepted = client.polls ? Math.min(1, door.accepted) : door.accepted;
  const visible = isFlag ? accepted : total;
  if (accepted !== client.sent || visible !== client.sent) problems.push(`refused: ${door.refusals.join(', ') || 'nothing'}`);
  const names = [client.name, ...(client.with === undefined ? [] : [client.with])].map((name) => `${name}@${versionOf(name)}`).join(' + ');
  return { client: names, sent: client.sent, accepted, visible, deadFirst: client.deadFirst, problems };
}

const rows = [];
try {
  await ask('/v1/items', {
    items: [
      { id: 'tea', title: 'Tea' },
      { id: 'cup', title: 'Cup' },
    ],
  });
  // Who sends nothing that could carry a choice, or retries in any order, has said so before; the others say it with their events.
  for (const name of ['@openfeature/server-sdk', '@openfeature/web-sdk', '@segment/analytics-node', '@rudderstack/rudder-sdk-node']) {
    const choices = { personalise: 'granted', train: 'granted', analytics: 'granted' };
    await ask('/v1/consents', { subject: `person-of-${name.replace(/[^a-z]+/g, '-')}`, choices, origin: 'clients' });
  }
  for (const client of clients) {
    const row = await tryOne(client);
    rows.push(row);
    const verdict = row.problems.length === 0 ? 'ok  ' : 'FAIL';
    say(`${verdict} ${row.client}${row.deadFirst ? ' (dead server first)' : ''} ${row.problems.join('; ')}`);
  }
  const stranger = await ask('/v1/batch', {
    type: 'track',
    event: 'Product Viewed',
    userId: 'stranger',
    messageId: 's-1',
    properties: { product_id: 'tea' },
  });
  const unseen = await ask('/v1/subjects/stranger');
  const invisible = stranger.body.accepted === 0 && stranger.body.rejected[0].code === 'no_grant' && unseen.status === 404;
  say(
    `${invisible ? 'ok  ' : 'FAIL'} a person without a grant stays invisible: ${stranger.body.rejected[0]?.code}, profile ${unseen.status}`,
  );
  const cells = [
    ['package@version', 'sent', 'accepted', 'visible'],
    ...rows.map(({ client, sent, accepted, visible }) => [client, `${sent}`, `${accepted}`, `${visible}`]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((line) => line[column].length)));
  say('');
  for (const line of cells) say(`| ${line.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`);
  const ok = invisible && rows.every(({ problems }) => problems.length === 0);
  say(JSON.stringify({ bench: 'clients', clients: rows.length, ok, rows: rows }));
  process.exitCode = ok ? 0 : 1;
} finally {
  server.kill('SIGINT');
  await new Promise((resolve) => server.once('exit', resolve));
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
