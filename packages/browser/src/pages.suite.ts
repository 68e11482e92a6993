// A world for tests in a real browser: Chromium, the real engine behind its door with a write key, and pages of another origin under a
// strict content security policy. Needs Chromium: /usr/bin/chromium, or where ETHOGRAM_CHROMIUM says.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page, type Request } from 'playwright-core';
import { KeyRing } from '../../engine/src/access/key-ring.js';
import { KeyStore } from '../../engine/src/access/key-store.js';
import { NodeDisk } from '../../engine/src/adapters/node-disk.js';
import { sealedTickets } from '../../engine/src/adapters/sealed-tickets.js';
import { SystemClock } from '../../engine/src/adapters/system-clock.js';
import { SystemEntropy } from '../../engine/src/adapters/system-entropy.js';
import { Door } from '../../engine/src/http/door.js';
import type { Engine } from '../../engine/src/runtime/engine.js';
import { open } from '../../engine/src/runtime/open.js';
import { bundles } from '../scripts/bundle.mjs';

const executablePath = process.env['ETHOGRAM_CHROMIUM'] ?? '/usr/bin/chromium';
const quiet = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update'];

/** Neither inline scripts nor styles, no eval, nothing from elsewhere but answers of the door. */
const policyFor = (door: string): string =>
  `default-src 'none'; script-src 'self'; style-src 'self'; connect-src ${door}; img-src 'self'; require-trusted-types-for 'script'`;

/** Said in a page: all that the tests ask for, nothing of it, and a view of an item. */
export const all = '{ analytics: true, personalise: true, train: true }';
export const none = '{ analytics: false, personalise: false, train: false }';
export const viewed = (item: string): string => `ethogram.track('item.viewed', { product_id: '${item}' })`;

const items = ['tea', 'cup', 'pot', 'jam'];

/** A page of the tests: what its module script does (`ethogram` is connected), and what its body holds. */
export interface Sheet {
  readonly script?: string;
  readonly body?: string;
  readonly lang?: string;
  /** Attributes of a script element with the snippet, instead of the module. */
  readonly snippet?: string;
}

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

export class PageWorld {
  readonly engine: Engine;
  readonly #browser: Browser;
  readonly #pages: Server;
  readonly #folder: string;
  readonly #keys: KeyRing;
  readonly writeKey: string;
  readonly origin: string;
  /** What the next page that is loaded holds. */
  sheet: Sheet = {};
  readonly problems: string[] = [];
  /** Requests of pages to the door, as `METHOD path`. */
  readonly asked: string[] = [];
  #door: Door | null = null;
  #port = 0;

  private constructor(parts: {
    engine: Engine;
    browser: Browser;
    pages: Server;
    folder: string;
    keys: KeyRing;
    writeKey: string;
    origin: string;
  }) {
    this.engine = parts.engine;
    this.#browser = parts.browser;
    this.#pages = parts.pages;
    this.#folder = parts.folder;
    this.#keys = parts.keys;
    this.writeKey = parts.writeKey;
    this.origin = parts.origin;
  }

  static async open(): Promise<PageWorld> {
    const files = await bundles();
    const folder = mkdtempSync(join(tmpdir(), 'ethogram-browser-'));
    const engine = await open(join(folder, 'data'), { tickMs: 0 });
    await engine.upsertItems(items.map((id) => ({ id, title: `The ${id}` })));
    const clock = new SystemClock();
    const store = new KeyStore(new NodeDisk(folder), new SystemEntropy());
    const key = await store.add('write', clock.now());
    if (!key.ok) throw new Error(key.code);
    const browser = await chromium.launch({ executablePath, headless: true, args: ['--no-sandbox', '--disable-sync', ...quiet] });
    const holder: { world?: PageWorld } = {};
    const pages = createServer((request, response) => {
      const { world } = holder;
      const path = (request.url ?? '').replace(/[?#].*/, '');
      const file = files.get(path.slice(1));
      if (world === undefined) return response.end();
      if (file !== undefined) return response.setHeader('Content-Type', 'text/javascript').end(file);
      if (path === '/sheet.js') {
        const text = `import { connect } from '/ethogram.js'; const dropped = [];
          const options = { url: '${world.url}', writeKey: '${world.writeKey}', onDrop: (each) => dropped.push(each.code) };
          const connected = () => Object.assign(window, { ethogram: connect(options), dropped });
          ${world.sheet.script ?? 'connected();'}`;
        return response.setHeader('Content-Type', 'text/javascript').end(text);
      }
      if (path === '/favicon.ico') return response.writeHead(204).end();
      const { snippet, body = '', lang = 'en' } = world.sheet;
      const script = snippet === undefined ? '<script src="/sheet.js" type="module"></script>' : `<script ${snippet} defer></script>`;
      const html = `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>Shop</title>${script}</head><body><main><h1>Shop</h1><a href="/next">Next</a> ${body}</main></body></html>`;
      return response.writeHead(200, { 'Content-Type': 'text/html', 'Content-Security-Policy': policyFor(world.url) }).end(html);
    });
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${portOf(pages)}`;
    const world = new PageWorld({ engine, browser, pages, folder, keys: new KeyRing({ store, clock }), writeKey: key.value.text, origin });
    holder.world = world;
    await world.startDoor();
    return world;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async startDoor(): Promise<void> {
    const entropy = new SystemEntropy();
    const portal = { tickets: sealedTickets(new Uint8Array(32).fill(9), 'portal', entropy), entropy };
    const door = new Door({ engine: this.engine, clock: new SystemClock(), keys: this.#keys, portal });
    this.#port = (await door.listen({ port: this.#port })).port;
    this.#door = door;
  }

  async stopDoor(): Promise<void> {
    this.#door?.server.closeAllConnections();
    await this.#door?.close();
    this.#door = null;
  }

  /** A browser of somebody new. `gpc`: with Global Privacy Control, script and header. */
  async somebody(options: BrowserContextOptions & { readonly gpc?: boolean } = {}): Promise<BrowserContext> {
    const { gpc = false, ...more } = options;
    const context = await this.#browser.newContext({
      viewport: { width: 800, height: 600 },
      ...(gpc ? { extraHTTPHeaders: { 'Sec-GPC': '1' } } : {}),
      ...more,
    });
    if (gpc) await context.addInitScript("Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true })");
    await context.addInitScript(
      "addEventListener('securitypolicyviolation', (e) => console.error('violates ' + e.violatedDirective + ' ' + e.blockedURI))",
    );
    context.on('request', (request: Request) => {
      if (request.url().startsWith(this.url)) this.asked.push(`${request.method()} ${new URL(request.url()).pathname}`);
    });
    return context;
  }

  async page(context: BrowserContext, sheet: Sheet = {}, path = '/'): Promise<Page> {
    this.sheet = sheet;
    const page = await context.newPage();
    page.on('pageerror', (error) => this.problems.push(error.message));
    page.on('console', (message) => {
      // That a server cannot be reached is what some tests are about.
      if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) this.problems.push(message.text());
    });
    await page.goto(this.origin + path);
    await connected(page);
    return page;
  }

  /** The events kept of a person, by type. */
  events(id: string): number {
    const profile = this.engine.profile(id);
    return profile.ok ? profile.value.events : 0;
  }

  async reset(): Promise<void> {
    await Promise.all(this.#browser.contexts().map((context) => context.close()));
    if (this.#door === null) await this.startDoor();
    this.asked.length = 0;
    const found = this.problems.splice(0);
    if (found.length > 0) throw new Error(found.join('\n'));
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.stopDoor();
    await close(this.#pages);
    await this.engine.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

/** Until the page has its client. Asked from without: a wait within the page would need the eval that its policy forbids. */
export function connected(page: Page): Promise<void> {
  return until(async () => (await page.evaluate('window.ethogram !== undefined')) === true, 'connected');
}

/** What localStorage of the page holds. */
export function stored(page: Page): Promise<Record<string, string>> {
  return page.evaluate('({ ...localStorage })');
}

/** The keys of what waits to be sent. */
export async function waiting(page: Page): Promise<string[]> {
  return Object.keys(await stored(page)).filter((key) => /^ethogram\.(choice|event)\./.test(key));
}

/** The person that the page keeps: id and choices. */
export async function personOf(page: Page): Promise<{ readonly id: string; readonly choices: Record<string, boolean> }> {
  return JSON.parse((await stored(page))['ethogram'] ?? '{}');
}

export async function until(holds: () => boolean | Promise<boolean>, what: string, msMax = 20_000): Promise<void> {
  const fromMs = performance.now();
  while (!(await holds())) {
    if (performance.now() - fromMs > msMax) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}
