// A client that runs in real headless Chromium: bundled by rolldown as a site would bundle it, on a page of its own origin, where no
// request may leave this machine.
import { createServer } from 'node:http';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { rolldown } from 'rolldown';
import * as calls from './tracking-calls.mjs';

const executablePath = process.env['ETHOGRAM_CHROMIUM'] ?? '/usr/bin/chromium';

/** `page`: the file under pages/ that defines `run`; `settled`: says when all has been answered. */
export function inPage({ page: file, ...client }) {
  return { ...client, run: (asked) => runIn(file, client, asked) };
}

async function runIn(file, client, { url, writeKey, person, open, settled }) {
  const script = await bundled(join(import.meta.dirname, 'pages', file));
  const site = createServer((request, response) => {
    const isScript = request.url === '/client.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(isScript ? script : '<!doctype html><title>A shop</title><script src="/client.js"></script>');
  });
  await new Promise((resolve) => site.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({
    executablePath,
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  try {
    const context = await browser.newContext();
    const page = await context.newPage();
    const strayed = [];
    const errors = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await context.route('**', (route) => {
      if (new URL(route.request().url()).hostname === '127.0.0.1') return route.continue();
      strayed.push(new URL(route.request().url()).hostname);
      return route.abort();
    });
    await page.goto(`http://127.0.0.1:${site.address().port}/`);
    const ran = page.evaluate((asked) => window.run(asked), { url, writeKey, person, calls: { ...calls } });
    await open?.();
    await ran;
    await settled();
    if (strayed.length > 0) throw new Error(`requests left this machine: ${[...new Set(strayed)].join(', ')}`);
    if (errors.length > 0) throw new Error(`the page failed: ${errors.join('; ')}`);
  } finally {
    await browser.close();
    site.close();
  }
}

async function bundled(input) {
  const bundle = await rolldown({
    input,
    platform: 'browser',
    logLevel: 'silent',
    resolve: { conditionNames: ['browser', 'import', 'default'] },
  });
  try {
    const { output } = await bundle.generate({ format: 'iife', codeSplitting: false });
    return output[0].code;
  } finally {
    await bundle.close();
  }
}
