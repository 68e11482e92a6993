// npm run test:abuse: a real server under hostile clients: 5,000 sockets that say nothing, 1,000 that send half a body and stop,
// decompression bombs, a flood of requests. Meanwhile an honest client must be served, memory must stay, and every socket must be let go in
// time. Not among the unit tests, because it takes half a minute and thousands of descriptors. Linux only (it reads the server's memory in
// /proc).
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const idleSockets = 5_000;
const halfBodies = 1_000;
const bombs = 40;
const bounds = { idleMbMax: 120, bombMbMax: 120, honestP99MsMax: 250, idleGoneMsMax: 9_000, halfGoneMsMax: 19_000 };

const folder = mkdtempSync(join(tmpdir(), 'ethogram-abuse-'));
const server = spawn(process.execPath, [join(root, 'packages/engine/bin/ethogram.js'), 'serve', '--data', folder, '--port', '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const url = await new Promise((resolve, reject) => {
  let out = '';
  server.stdout.on('data', (chunk) => {
    out += chunk;
    const found = /http:\/\/127\.0\.0\.1:\d+/.exec(out);
    if (found !== null) resolve(found[0]);
  });
  server.on('exit', (code) => reject(new Error(`the server ended with ${code}`)));
});
const port = Number(new URL(url).port);
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const memoryMb = () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
const failures = [];

function report(name, value, unit, max) {
  const failed = max !== undefined && value > max;
  if (failed) failures.push(name);
  process.stdout.write(
    `${failed ? 'FAIL' : 'ok  '} ${name}: ${Math.round(value)} ${unit}${max === undefined ? '' : ` (at most ${max})`}\n`,
  );
}

/** Sends events and decisions one after another; the slowest percent, in ms. */
async function honest(requests) {
  const times = [];
  for (let at = 0; at < requests; at += 1) {
    const event = {
      type: 'track',
      event: 'Product Viewed',
      userId: 'u',
      messageId: `h${at}-${performance.now()}`,
      properties: { product_id: 'p' },
    };
    const [path, body] = at % 2 === 0 ? ['/v1/decide/home', {}] : ['/v1/batch', event];
    const from = performance.now();
    const reply = await fetch(url + path, { method: 'POST', body: JSON.stringify(body) });
    await reply.arrayBuffer();
    if (reply.status !== 200) failures.push(`an honest request got ${reply.status}`);
    times.push(performance.now() - from);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)];
}

/** Opens sockets that send `text` and then nothing; `gone` resolves with how long until the server had let go of the last one. */
async function openSockets(count, text) {
  const from = performance.now();
  const all = [];
  for (let at = 0; at < count; at += 1) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.resume();
    all.push({
      opened: new Promise((resolve) => socket.once('connect', resolve).once('close', resolve)),
      closed: new Promise((resolve) => socket.once('close', resolve)),
    });
    if (text !== '') socket.write(text);
    if (at % 250 === 249) await all[at].opened;
  }
  await Promise.all(all.map(({ opened }) => opened));
  return { gone: Promise.all(all.map(({ closed }) => closed)).then(() => performance.now() - from) };
}

try {
  await honest(200);
  const before = memoryMb();
  report('honest p99 alone', await honest(200), 'ms', bounds.honestP99MsMax);
  const idle = await openSockets(idleSockets, '');
  const half = await openSockets(halfBodies, 'POST /v1/batch HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n{"batch":[');
  report(`honest p99 beside ${idleSockets} idle sockets and ${halfBodies} half bodies`, await honest(400), 'ms', bounds.honestP99MsMax);
  report('memory grown meanwhile', memoryMb() - before, 'MB', bounds.idleMbMax);
  report('idle sockets let go after', await idle.gone, 'ms', bounds.idleGoneMsMax);
  report('half bodies let go after', await half.gone, 'ms', bounds.halfGoneMsMax);

  const bomb = gzipSync(Buffer.alloc(400 * 1024 * 1024));
  const packed = memoryMb();
  const statuses = await Promise.all(
    Array.from({ length: bombs }, async () => (await fetch(`${url}/v1/batch`, { method: 'POST', body: bomb })).status),
  );
  if (statuses.some((status) => status !== 413 && status !== 503)) failures.push('a bomb was not refused');
  report(`memory grown by ${bombs} bombs of 400 MiB at once`, memoryMb() - packed, 'MB', bounds.bombMbMax);

  const flood = Array.from({ length: 64 }, async () => {
    for (let at = 0; at < 30; at += 1)
      await fetch(`${url}/v1/batch`, { method: 'POST', body: '{"batch":[1,2,3' }).then((reply) => reply.arrayBuffer());
  });
  report('honest p99 beside a flood of broken bodies', await honest(100), 'ms', bounds.honestP99MsMax);
  await Promise.all(flood);
  await wait(200);
  report('honest p99 afterwards', await honest(200), 'ms', bounds.honestP99MsMax);
} finally {
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGINT');
  await ended;
  rmSync(folder, { recursive: true, force: true });
}
if (failures.length > 0) {
  process.stdout.write(`failed: ${[...new Set(failures)].join('; ')}\n`);
  process.exitCode = 1;
}
