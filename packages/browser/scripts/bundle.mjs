// Bundles what a page loads without a build of its own, from the compiled modules: `bundles()` gives the texts, as the tests measure and
// serve them; run as a program it writes them to dist/bundle, where they are older than the modules or missing.
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = join(root, 'dist/esm');
const out = join(root, 'dist/bundle');

/** File -> module and format. Each stands alone. */
const wanted = [
  ['ethogram.js', 'client.js', 'es'],
  ['ethogram.iife.js', 'snippet.js', 'iife'],
  ['panel.js', 'panel/panel.js', 'es'],
  ['device.js', 'device.js', 'es'],
  ['tcf.js', 'cmp/tcf.js', 'es'],
  ['gpp.js', 'cmp/gpp.js', 'es'],
];

/** Every bundle's name and text. */
export async function bundles() {
  const { build } = await import('rolldown');
  const texts = new Map();
  for (const [name, entry, format] of wanted) {
    const built = await build({
      input: join(modules, entry),
      write: false,
      output: { format, minify: true, codeSplitting: false },
      logLevel: 'warn',
    });
    // Hints for bundlers: these texts are for browsers.
    texts.set(name, built.output[0].code.replaceAll('/* @__PURE__ */ ', ''));
  }
  return texts;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const isOld = wanted.some(([name, entry]) => {
    const file = join(out, name);
    return !existsSync(file) || statSync(file).mtimeMs < statSync(join(modules, entry)).mtimeMs;
  });
  // A module that is not an entry may be newer as well: the compiler notes each of its runs.
  const runMs = statSync(join(modules, 'tsconfig.tsbuildinfo')).mtimeMs;
  if (isOld || wanted.some(([name]) => statSync(join(out, name)).mtimeMs < runMs)) {
    mkdirSync(out, { recursive: true });
    for (const [name, text] of await bundles()) writeFileSync(join(out, name), text);
  }
}
