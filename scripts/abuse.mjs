// npm run test:abuse: a real server, with keys, under hostile clients. First every kind of broken request of abuse-kinds.mjs, each of which
// must get its code while the rest of its batch is kept. Then 5,000 sockets that say nothing and 1,000 that send half a body and stop; and
// in three rounds 5,000 that drip a byte a second (half of them in the headers, half in the body), 300 that announce what they never send,
// bombs, a flood. Meanwhile an honest client must be served, memory must stay, and every socket must be let go in time. At the end
// `ethogram rejects` must tell the kinds, and no value of them.
// Prints lines, then one line of JSON; exits with 1 when a bound is broken. Not among the unit tests, because it takes a minute and
// thousands of descriptors: this process and the server need about 6,500 each. Linux only (it reads the server's memory in /proc).
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { canary, inBatch, requests } from './abuse-kinds.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = join(root, 'packages/engine/bin/ethogram.js');
const idleSockets = 5_000;
const halfBodies = 1_000;
const drippers = 5_000;
const announcedOfSize = 70;
const bombs = 40;
/**
 * The first rounds fill heap and caches (in eight rounds: 93, 124, 117, 102, 106, 106, 107, 109 MiB); what grows from then on would be a
 * leak.
 */
const rounds = 6;
const warmRounds = 3;
const bounds = {
  peakMbMax: 150,
  grownMbMax: 20,
  honestP99MsMax: 250,
  idleGoneMsMax: 9_000,
  halfGoneMsMax: 19_000,
  dripGoneMsMax: 15_000,
};

if (process.platform !== 'linux') {
  process.stdout.write('test:abuse reads the memory of the server in /proc: it runs on Linux only\n');
  process.exit(0);
}
// Node raises the soft limit to the hard one when it starts, so the limit of this process is the most there is.
const descriptors = Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? Infinity);
const descriptorsNeeded = idleSockets + halfBodies + 500;
if (descriptors < descriptorsNeeded) {
  process.stderr.write(
    `open files are limited to ${descriptors}, and ${descriptorsNeeded} are needed: raise it first (ulimit -n ${descriptorsNeeded})\n`,
  );
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), 'ethogram-abuse-'));
const keys = { wrong: 'eth_w_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', binary: '\u00ff\u00fe\u0001'.replace('\u0001', '\u00fd') };
for (const kind of ['write', 'secret', 'admin']) {
  const made = execFileSync(process.execPath, [bin, 'keys', 'add', '--kind', kind, '--data', folder, '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  keys[kind] = JSON.parse(made).key;
}
// The server collects its garbage when it is told to (SIGUSR2): what is still held then, and grows from round to round, would be a leak.
const collecting = ['--expose-gc', '--import', 'data:text/javascript,process.on("SIGUSR2",()=>{gc();gc()})'];
const server = spawn(process.execPath, [...collecting, bin, 'serve', '--data', folder, '--port', '0', '--log'], {
  stdio: ['ignore', 'pipe', 'pipe'],
});
let log = '';
let logLines = 0;
server.stderr.on('data', (chunk) => {
  logLines += chunk.toString().split('\n').length - 1;
  log = (log + chunk).slice(-1_000_000);
});
const url = await new Promise((resolve, reject) => {
  let out = '';
  server.stdout.on('data', (chunk) => {
    out += chunk;
    const found = /http:\/\/127\.0\.0\.1:\d+/.exec(out);
    if (found !== null) resolve(found[0]);
  });
  server.on('exit', (code) => reject(new Error(`the server ended with ${code}\n${log}`)));
});
const port = Number(new URL(url).port);
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const failures = [];
const figures = { bench: 'abuse', node: process.versions.node };
const bearer = (kind) => (kind === null ? {} : { Authorization: `Bearer ${keys[kind]}` });

/**
 * Memory of the server's own, in MiB, and the most of it that was seen. Pages of mapped files (the state store's) are the system's to take
 * back.
 */
const memoryMb = () => Number(/RssAnon:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
async function heldMb() {
  // Several times: what one collection frees, the allocator gives back after the next.
  let least = Infinity;
  for (let collection = 0; collection < 3; collection += 1) {
    server.kill('SIGUSR2');
    await wait(1_000);
    least = Math.min(least, memoryMb());
  }
  return least;
}
let peakMb = 0;
const sampling = setInterval(() => (peakMb = Math.max(peakMb, memoryMb())), 50);
sampling.unref();

const say = (text) => process.stdout.write(`${text}\n`);

function report(name, key, value, unit, max) {
  figures[key] = Math.round(value);
  const failed = max !== undefined && value > max;
  if (failed) failures.push(name);
  say(`${failed ? 'FAIL' : 'ok  '} ${name}: ${Math.round(value)} ${unit}${max === undefined ? '' : ` (at most ${max})`}`);
}

function told(kind, expected, seen) {
  const failed = JSON.stringify(seen) !== JSON.stringify(expected);
  if (failed) failures.push(kind);
  say(`${failed ? 'FAIL' : 'ok  '} ${kind} -> ${seen.join(' ')}${failed ? `, expected ${expected.join(' ')}` : ''}`);
}

async function send({ method, path, body, key = 'write', chunked = false }) {
  const pieces = chunked ? new Blob([body]).stream() : body;
  const given = body === undefined ? {} : { body: pieces, ...(chunked ? { duplex: 'half' } : {}) };
  const reply = await fetch(url + path, { method, headers: bearer(key), ...given });
  const text = await reply.text();
  if (text.includes(canary)) failures.push(`the answer of ${method} ${path.replace(canary, '...')} holds a value`);
  return { status: reply.status, body: JSON.parse(text) };
}

let sent = 0;
const good = () => {
  sent += 1;
  return { type: 'track', event: 'Product Viewed', userId: 'honest', messageId: `h${sent}`, properties: { product_id: `p${sent % 40}` } };
};

async function everyKind() {
  const consent = { subject: 'honest', choices: { personalise: 'granted', train: 'granted' }, origin: 'abuse' };
  const granting = [consent, { ...consent, subject: canary }];
  for (const each of granting) await send({ method: 'POST', path: '/v1/consents', body: JSON.stringify(each), key: 'secret' });
  say('in a batch, between two good events:');
  for (const [kind, event, code] of inBatch) {
    const body = `{"batch":[${JSON.stringify(good())},${event},${JSON.stringify(good())}]}`;
    const reply = await fetch(`${url}/v1/batch`, { method: 'POST', headers: bearer('write'), body });
    const { accepted, rejected = [] } = await reply.json();
    told(
      kind,
      [200, 'kept', 2, '1:' + code],
      [reply.status, 'kept', accepted, rejected.map((each) => `${each.index}:${each.code}`).join(' ')],
    );
  }
  say('whole requests:');
  const bomb = gzipSync(Buffer.alloc(400 * 1024 * 1024));
  for (const [kind, request, status, code] of requests) {
    const reply = await send(request.body === 'bomb' ? { ...request, body: bomb } : request);
    told(kind, [status, code], [reply.status, reply.body.error?.code]);
  }
  for (const [kind, bytes, status, code] of [
    ['what is not HTTP', '\u0016\u0003\u0001 not http\r\n\r\n', 400, 'http_malformed'],
    [
      'two lengths',
      'POST /v1/batch HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
      'http_malformed',
    ],
    ['20 KB of headers', `GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ${canary.repeat(2_000)}\r\n\r\n`, 431, 'headers_too_large'],
  ]) {
    const seen = await rawAnswer(bytes);
    told(kind, [status, code], [Number(/^HTTP\/1.1 (\d+)/.exec(seen)?.[1]), /"code":"(\w+)"/.exec(seen)?.[1]]);
  }
  return bomb;
}

function rawAnswer(bytes) {
  return new Promise((resolve) => {
    let seen = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => (seen += chunk.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(seen));
  });
}

/** Sends events and decisions one after another; the slowest percent, in ms. */
async function honest(count) {
  const times = [];
  for (let at = 0; at < count; at += 1) {
    const [path, body] = at % 2 === 0 ? ['/v1/decide/home', { subject: 'honest' }] : ['/v1/batch', good()];
    const fromMs = performance.now();
    const reply = await fetch(url + path, { method: 'POST', body: JSON.stringify(body), headers: bearer('write') });
    const answer = await reply.json();
    if (reply.status !== 200 || (at % 2 === 1 && answer.accepted !== 1)) failures.push(`an honest request got ${reply.status}`);
    times.push(performance.now() - fromMs);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)];
}

/** Opens sockets that send what `first` says; `gone` gives the ms until the server had let go of the last, and what it told them. */
async function openSockets(count, first) {
  const fromMs = performance.now();
  const all = [];
  const codes = new Map();
  for (let at = 0; at < count; at += 1) {
    const socket = connect(port, '127.0.0.1');
    let seen = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => (seen += chunk.toString()));
    const closed = new Promise((resolve) => socket.once('close', resolve)).then(() => {
      const code = /"code":"(\w+)"/.exec(seen)?.[1] ?? 'closed';
      codes.set(code, (codes.get(code) ?? 0) + 1);
    });
    all.push({ socket, closed, opened: new Promise((resolve) => socket.once('connect', resolve).once('close', resolve)) });
    const text = first(at);
    if (text !== '') socket.write(text);
    if (at % 250 === 249) await all[at].opened;
  }
  await Promise.all(all.map(({ opened }) => opened));
  const gone = Promise.all(all.map(({ closed }) => closed)).then(() => ({
    ms: performance.now() - fromMs,
    codes: Object.fromEntries(codes),
  }));
  return { sockets: all.map(({ socket }) => socket), gone };
}

const bodyHead = 'POST /v1/batch HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n';

async function silent() {
  const idle = await openSockets(idleSockets, () => '');
  const half = await openSockets(halfBodies, () => `${bodyHead}{"batch":[`);
  report(
    `honest p99 beside ${idleSockets} idle sockets and ${halfBodies} half bodies`,
    'idle_p99_ms',
    await honest(400),
    'ms',
    bounds.honestP99MsMax,
  );
  const idleGone = await idle.gone;
  report(`idle sockets let go after`, 'idle_gone_ms', idleGone.ms, 'ms', bounds.idleGoneMsMax);
  const halfGone = await half.gone;
  report('half bodies let go after', 'half_gone_ms', halfGone.ms, 'ms', bounds.halfGoneMsMax);
  say(`     they were told ${JSON.stringify({ idle: idleGone.codes, half: halfGone.codes })}`);
  if (halfGone.codes['body_too_slow'] !== halfBodies) failures.push('half a body is not told body_too_slow');
}

async function dripping() {
  const { sockets, gone } = await openSockets(drippers, (at) => (at % 2 === 0 ? bodyHead : 'GET / HTTP/1.1\r\nHost: localhost\r\nX-A: '));
  // A hundredth of them every 10 ms: each drips once a second, and the dripping is no burst.
  let turn = 0;
  const drip = setInterval(() => {
    turn = (turn + 1) % 100;
    for (let at = turn; at < sockets.length; at += 100) if (sockets[at].writable) sockets[at].write('x');
  }, 10);
  report(`honest p99 beside ${drippers} slow senders`, 'drip_p99_ms', await honest(400), 'ms', bounds.honestP99MsMax);
  const { ms, codes } = await gone;
  clearInterval(drip);
  report('slow senders let go after', 'drip_gone_ms', ms, 'ms', bounds.dripGoneMsMax);
  say(`     they were told ${JSON.stringify(codes)}`);
  if (codes['body_too_slow'] !== drippers) failures.push('a slow sender is not told body_too_slow');
}

/**
 * Few sockets without a key that announce bodies and send a byte of each: together more than may ever be in flight, first large ones, then
 * smaller and smaller ones, so that no room is left for an honest event.
 */
async function announcing() {
  const sizes = [512, 64, 8, 1].flatMap((kib) => Array.from({ length: announcedOfSize }, () => kib * 1024));
  const small = [512, 256, 128, 64].flatMap((bytes) => Array.from({ length: 4 }, () => bytes));
  const bytes = [...sizes, ...small];
  const head = (at) => `POST /v1/batch HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${bytes[at]}\r\n\r\n{`;
  const { sockets } = await openSockets(bytes.length, head);
  const name = `honest p99 beside ${bytes.length} announced bodies that do not come`;
  report(name, 'announced_p99_ms', await honest(100), 'ms', bounds.honestP99MsMax);
  for (const socket of sockets) socket.destroy();
}

async function bombing(bomb) {
  const body = () => fetch(`${url}/v1/batch`, { method: 'POST', headers: bearer('write'), body: bomb });
  const honestly = honest(20);
  const statuses = await Promise.all(Array.from({ length: bombs }, async () => (await body()).status));
  if (statuses.some((status) => status !== 413 && status !== 503)) failures.push('a bomb was not refused');
  report(`honest p99 beside ${bombs} bombs of 400 MiB at once`, 'bomb_p99_ms', await honestly, 'ms', bounds.honestP99MsMax);
}

async function flooding() {
  const broken = () =>
    fetch(`${url}/v1/batch`, { method: 'POST', headers: bearer('write'), body: '{"batch":[1,2,3' }).then((reply) => reply.arrayBuffer());
  const flood = Array.from({ length: 64 }, async () => {
    for (let at = 0; at < 30; at += 1) await broken();
  });
  report('honest p99 beside a flood of broken bodies', 'flood_p99_ms', await honest(100), 'ms', bounds.honestP99MsMax);
  await Promise.all(flood);
}

/** `ethogram rejects` tells each kind that concerns events, and neither it nor what the server wrote holds a value of them. */
async function toldByKind() {
  const args = ['rejects', '--url', url, '--key', keys.secret, '--limit', '1000', '--json'];
  const out = execFileSync(process.execPath, [bin, ...args], { encoding: 'utf8' });
  const listed = [...new Set(JSON.parse(out).rejects.map(({ code }) => String(code)))];
  const ofEvents = requests.filter(([, { path, method }]) => path === '/v1/batch' && method === 'POST').map(([, , , code]) => code);
  const wanted = new Set([...inBatch.map(([, , code]) => code), ...ofEvents]);
  const missing = [...wanted].filter((code) => !listed.includes(code));
  if (missing.length > 0) failures.push(`ethogram rejects does not tell ${missing.join(', ')}`);
  say(`${missing.length === 0 ? 'ok  ' : 'FAIL'} ethogram rejects tells ${listed.join(', ')}`);
  if (out.includes(canary)) failures.push('ethogram rejects tells a value');
}

function writtenDown() {
  const kept = readFileSync(join(folder, 'access/rejects.jsonl'), 'utf8');
  for (const [name, text] of [
    ['the file of rejects', kept],
    ['the log of requests', log],
  ])
    if (text.includes(canary) || text.includes(keys.write)) failures.push(`${name} holds a value`);
  say(`ok   ${kept.split('\n').length - 1} lines of rejects and ${logLines} of the log of requests, searched for values and keys`);
}

try {
  const bomb = await everyKind();
  await honest(200);
  report('honest p99 alone', 'alone_p99_ms', await honest(200), 'ms', bounds.honestP99MsMax);
  const startMb = await heldMb();
  peakMb = startMb;
  report('memory of the server at the start', 'rss_mb_start', startMb, 'MiB');
  await silent();
  const ends = [];
  for (let round = 1; round <= rounds; round += 1) {
    say(`round ${round} of ${rounds}:`);
    await dripping();
    await announcing();
    await bombing(bomb);
    await flooding();
    await wait(1_000);
    ends.push(await heldMb());
    say(`     memory of the server ${Math.round(ends.at(-1))} MiB`);
  }
  report('honest p99 afterwards', 'after_p99_ms', await honest(200), 'ms', bounds.honestP99MsMax);
  report('memory at most, beyond the start', 'peak_mb', peakMb - startMb, 'MiB', bounds.peakMbMax);
  figures.rss_mb_peak = Math.round(peakMb);
  report('memory of the server at the end', 'rss_mb_end', ends.at(-1), 'MiB');
  report(`memory grown from round ${warmRounds} to the last`, 'grown_mb', ends.at(-1) - ends[warmRounds - 1], 'MiB', bounds.grownMbMax);
  await toldByKind();
} finally {
  clearInterval(sampling);
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGINT');
  const code = await ended;
  if (code !== 0) failures.push(`the server ended with ${code}`);
  writtenDown();
  rmSync(folder, { recursive: true, force: true });
}
for (const failure of new Set(failures)) say(`failed: ${failure}`);
say(JSON.stringify({ ...figures, kinds: inBatch.length + requests.length + 3, ok: failures.length === 0 }));
process.exitCode = failures.length === 0 ? 0 : 1;
