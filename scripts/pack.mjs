// npm run test:pack: what npm would publish, tried as a stranger would. Packs every package of packages/ that is not private, looks at what
// is in each tarball, installs them all into an empty project, runs `npx ethogram`, imports them and compiles against their types.
// Exits with 1 when anything is wrong. It builds nothing: `npm run test:pack` does that first.
// No network where npm's cache already holds the engine's dependencies (an `npm ci` filled it); no install script is run.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const work = mkdtempSync(join(tmpdir(), 'ethogram-pack-'));
const project = join(work, 'shop');
const failures = [];
const windows = process.platform === 'win32';

const say = (text) => process.stdout.write(`${text}\n`);
const kb = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

function check(holds, sentence) {
  if (!holds) failures.push(sentence);
  if (!holds) say(`FAIL ${sentence}`);
}

/** Runs to its end; what it wrote, or null with a failure noted. */
function run(name, command, args, cwd = project) {
  const fromMs = performance.now();
  const done = spawnSync(command, args, { cwd, encoding: 'utf8', shell: windows, timeout: 240_000, stdio: ['ignore', 'pipe', 'pipe'] });
  const ok = done.status === 0;
  say(`${ok ? 'ok  ' : 'FAIL'} ${name} (${((performance.now() - fromMs) / 1000).toFixed(1)} s)`);
  if (!ok) {
    failures.push(name);
    say(`${done.stdout ?? ''}${done.stderr ?? ''}${done.error?.message ?? ''}`);
  }
  return ok ? done.stdout : null;
}

/** Files that a package names in its manifest: each must be in the tarball. */
function promised(value) {
  if (typeof value === 'string') return value.includes('*') ? [] : [value.replace(/^\.\//, '')];
  return value === null || typeof value !== 'object' ? [] : Object.values(value).flatMap(promised);
}

function pack(folder) {
  const manifest = readJson(join(folder, 'package.json'));
  const out = run(
    `npm pack ${manifest.name}`,
    'npm',
    ['pack', folder, '--json', '--ignore-scripts', '--pack-destination', work, '--loglevel=error'],
    work,
  );
  if (out === null) return null;
  const [{ filename, size, unpackedSize, files }] = JSON.parse(out);
  const paths = files.map(({ path }) => path);
  say(`     ${manifest.name}@${manifest.version}: ${kb(size)} packed, ${kb(unpackedSize)} unpacked, ${files.length} files`);
  for (const name of ['LICENSE', 'README.md', 'package.json']) check(paths.includes(name), `${manifest.name} lacks ${name}`);
  const licence = (at) => readFileSync(join(at, 'LICENSE'), 'utf8');
  check(existsSync(join(folder, 'LICENSE')) && licence(folder) === licence(root), `${manifest.name}: its LICENSE is not the repository's`);
  const odd = paths.filter((path) => /\.(?:test|suite|fuzz|bench)\.|tsbuildinfo|tsconfig|(?:^|\/)(?:src|sim)\/|\.env|\.map$/.test(path));
  check(odd.length === 0, `${manifest.name} holds what nobody needs: ${odd.slice(0, 5).join(', ')}`);
  const { exports, bin, types } = manifest;
  for (const path of promised([exports, bin, types])) check(paths.includes(path), `${manifest.name} names ${path} and does not hold it`);
  const untyped = paths.filter(
    (path) => path.startsWith('dist/') && path.endsWith('.js') && !paths.includes(path.replace(/\.js$/, '.d.ts')),
  );
  check(
    untyped.every((path) => !promised([exports]).includes(path)),
    `${manifest.name} lacks types of ${untyped.slice(0, 5).join(', ')}`,
  );
  for (const field of ['description', 'license', 'engines']) check(manifest[field] !== undefined, `${manifest.name} has no ${field}`);
  const runs = files.filter(({ path }) => promised([bin ?? null]).includes(path));
  check(windows || runs.every(({ mode }) => (mode & 0o111) !== 0), `${manifest.name}: its bin may not be executed`);
  return { name: manifest.name, tarball: join(work, filename) };
}

const inProcessScript = `
import { open } from 'ethogram';
import { inProcess } from '@ethogram/client/in-process';
const engine = await open('./in-process');
const ethogram = inProcess(engine);
await ethogram.upsertItems([{ id: 'tea', title: 'Tea' }, { id: 'cup', title: 'Cup' }]);
await ethogram.choose('ann', { choices: { personalise: 'granted', train: 'granted' }, origin: 'pack' });
const event = { id: 'm1', subject: 'ann', type: 'item.viewed', occurredAt: Date.now(), source: 'shop', properties: { product_id: 'tea' } };
const written = await ethogram.accept([event]);
const decision = await ethogram.rank({ point: 'home', subject: 'ann', exclude: ['tea'], limit: 3 });
if (!written.ok || written.value.accepted !== 1 || !decision.ok || decision.value.answer[0]?.item !== 'cup') process.exitCode = 1;
console.log(JSON.stringify([written, decision.ok && decision.value.answer.map(({ item }) => item)]));
await engine.close();
`;

const clientScript = `
import { connect } from '@ethogram/client';
const ethogram = connect({ url: process.argv[2] });
await ethogram.upsertItems([{ id: 'tea', title: 'Tea' }, { id: 'cup', title: 'Cup' }]);
await ethogram.choose('ann', { choices: { personalise: 'granted' }, origin: 'pack' });
const event = { id: 'm1', subject: 'ann', type: 'item.viewed', occurredAt: Date.now(), source: 'shop', properties: { product_id: 'tea' } };
const written = await ethogram.accept([event]);
const decision = await ethogram.rank({ point: 'home', subject: 'ann', exclude: ['tea'], limit: 3 });
if (!written.ok || written.value.accepted !== 1 || !decision.ok || decision.value.answer[0]?.item !== 'cup') process.exitCode = 1;
console.log(JSON.stringify([written, decision.ok && decision.value.answer.map(({ item }) => item)]));
`;

/** Uses each public face. */
const typesProgram = `
import { errors, open, type DecisionRecord, type IncomingEvent, type Result } from 'ethogram';
import { connect, type Ethogram } from '@ethogram/client';
import { inProcess } from '@ethogram/client/in-process';

const engine = await open('./typed');
const both: readonly Ethogram[] = [inProcess(engine), connect({ url: 'http://127.0.0.1:4040' })];
const event: IncomingEvent = { id: 'm', subject: 'ann', type: 'item.viewed', occurredAt: 0, source: 's', properties: {} };
for (const ethogram of both) {
  const written = await ethogram.accept([event]);
  if (!written.ok) console.log(written.code);
}
const made: Result<DecisionRecord> = engine.rank({ point: 'home', limit: 1 });
if (!made.ok) console.log(errors[made.code].status);
`;

/** Two mistakes that the types must see: they are there, and are not `any`. */
const wrongProgram = `
import { open } from 'ethogram';
import { connect } from '@ethogram/client';
(await open('./typed')).rank({ point: 1 });
connect({ url: 1 });
`;

/** What the pages of the packages leave to whoever reads them. */
const readersOwn = `
declare const process: { readonly env: { readonly [name: string]: string | undefined } };
declare const draw: (item: string, title: string | null) => Element;
`;

/** The TypeScript of a package's page, each piece as a program; one that goes on from the one before has that in front. */
function piecesOf(page) {
  const pieces = [];
  for (const [, piece] of page.matchAll(/^```ts\n(.*?)^```/gms)) {
    const goesOn = !/^import /m.test(piece);
    pieces.push(goesOn ? `${pieces.at(-1) ?? ''}\n${piece}` : piece);
  }
  return pieces.map((piece) => `${readersOwn}${piece}\nexport {};\n`);
}

const tsconfig = {
  compilerOptions: {
    target: 'ES2022',
    module: 'NodeNext',
    moduleResolution: 'NodeNext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    skipLibCheck: false,
    lib: ['ES2023', 'DOM', 'DOM.Iterable'],
    types: [],
  },
};

/** `npx ethogram serve` on a free port, while `talk` goes on. */
async function withServer(talk) {
  const server = spawn(
    process.execPath,
    [join(project, 'node_modules/ethogram/bin/ethogram.js'), 'serve', '--port', '0', '--data', './served', '--json'],
    {
      cwd: project,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ended = new Promise((resolve) => server.once('exit', resolve));
  const url = await new Promise((resolve) => {
    let out = '';
    server.stdout.on('data', (chunk) => {
      out += chunk;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(out);
      if (found !== null) resolve(found[0]);
    });
    void ended.then(() => resolve(null));
  });
  check(url !== null, 'the installed server does not listen');
  if (url !== null) talk(url);
  server.kill('SIGINT');
  check((await ended) === 0, 'the installed server does not end with 0');
}

try {
  mkdirSync(project);
  const folders = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name));
  const published = folders.filter(
    (folder) => existsSync(join(folder, 'package.json')) && readJson(join(folder, 'package.json')).private !== true,
  );
  const packed = published.map(pack).filter((each) => each !== null);

  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'shop', private: true, type: 'module' }));
  const quiet = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  if (
    run('npm install of the tarballs into an empty project', 'npm', ['install', ...quiet, ...packed.map(({ tarball }) => tarball)]) !== null
  ) {
    const installed = readdirSync(join(project, 'node_modules'), { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
    const bytes = installed.reduce((sum, each) => sum + statSync(join(each.parentPath, each.name)).size, 0);
    const lock = readJson(join(project, 'package-lock.json'));
    say(`     ${Object.keys(lock.packages).length - 1} packages, ${(bytes / 1e6).toFixed(1)} MB in node_modules`);

    const version = run('npx ethogram --version', 'npx', ['--no-install', 'ethogram', '--version']);
    check(
      version === null || version.includes(readJson(join(root, 'packages/engine/package.json')).version),
      `npx ethogram --version said ${version}`,
    );
    run('npx ethogram --help', 'npx', ['--no-install', 'ethogram', '--help']);
    const demo = run('npx ethogram demo --once', 'npx', ['--no-install', 'ethogram', 'demo', '--once', '--port', '0']);
    check(demo === null || demo.includes('A decision for'), 'npx ethogram demo --once showed no decision');

    writeFileSync(join(project, 'in-process.mjs'), inProcessScript);
    writeFileSync(join(project, 'over-http.mjs'), clientScript);
    run('import ethogram, and @ethogram/client/in-process', process.execPath, ['in-process.mjs']);
    await withServer((url) => run('npx ethogram serve, and @ethogram/client to it', process.execPath, ['over-http.mjs', url]));

    writeFileSync(join(project, 'typed.ts'), typesProgram);
    writeFileSync(join(project, 'wrong.ts'), wrongProgram);
    const compile = (name, ...files) => {
      writeFileSync(join(project, `${name}.json`), JSON.stringify({ ...tsconfig, files }));
      return [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(project, `${name}.json`)];
    };
    run('types, strict, libraries checked too', process.execPath, compile('right', 'typed.ts'));
    const pieces = published.flatMap((folder) => piecesOf(readFileSync(join(folder, 'README.md'), 'utf8')));
    check(pieces.length >= 4, 'the pages of the packages hold no programs');
    for (const [at, piece] of pieces.entries()) writeFileSync(join(project, `page-${at}.ts`), piece);
    const pages = pieces.map((_, at) => `page-${at}.ts`);
    run('the programs of the packages\u2019 pages', process.execPath, compile('pages', ...pages));
    const { stdout } = spawnSync(process.execPath, compile('wrong', 'wrong.ts'), { encoding: 'utf8' });
    check(stdout.match(/error TS2322/g)?.length === 2, `types let mistakes pass:\n${stdout}`);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
say(failures.length === 0 ? 'packed, installed, ran' : `failed: ${[...new Set(failures)].join('; ')}`);
process.exitCode = failures.length === 0 ? 0 : 1;
