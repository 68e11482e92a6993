// The key of this browser, by which a visitor without an account shows later that it is they who ask for their data: an Ed25519 pair (RFC
// 8032, WebCrypto) whose private half no script can read. Its public half goes to the server with the first choices of a new id; the
// portal is entered by signing a fresh challenge. Loaded by pages that offer that; the SDK itself does without.
//
//   const device = await openDevice({ url, writeKey });
//   const ethogram = connect({ url, writeKey, device: device.publicKey, onChoice: device.onChoice });
//   button.onclick = async () => { const address = await device.enter(); if (address) location.assign(address); };
//
// Invariants: nothing is stored before something is granted; with the last grant the key goes, and a later id gets another one, so that
// no key ties two ids together. Where a browser has no Ed25519, or the page no TLS, there is no key, and everything else works without.
// It proves who uses this browser profile, no more: whoever shares the profile shares the portal.
import { requestTo } from './delivery.js';
import { personIn } from './person.js';
import type { Choices } from './purpose.js';
import { browserStore } from './store.js';

export interface DeviceOptions {
  /** Of the Ethogram server, without a slash at the end. */
  readonly url: string;
  readonly writeKey?: string | undefined;
  /** Where people see /me, if that is elsewhere than `url`. */
  readonly portal?: string | undefined;
}

export interface Device {
  /** base64url; undefined: this browser can have none. */
  readonly publicKey: () => string | undefined;
  /** To be told of each choice: keeps the key while something is granted. */
  readonly onChoice: (choices: Choices) => void;
  /** The address of the person's own page, good once and for minutes; undefined: not by this browser, or not now. */
  readonly enter: () => Promise<string | undefined>;
}

interface Pair {
  readonly publicKey: string;
  readonly privateKey: CryptoKey;
}

/** As it is kept: with the one id that it may be told with. */
interface Kept extends Pair {
  readonly id: string;
}

const database = 'ethogram';
const shelf = 'keys';
const name = 'device';

export async function openDevice({ url, writeKey = '', portal = url }: DeviceOptions): Promise<Device> {
  const store = browserStore();
  const send = requestTo(url, writeKey);
  /** What is kept for the id that holds now. To look for it would make the database: without an id there is none. */
  const kept = async (): Promise<Kept | undefined> => {
    const { id } = personIn(store);
    return id ? stored(id) : undefined;
  };
  /** The id that `pair` goes with, once there is one. */
  let { id: owner } = personIn(store);
  let pair: Pair | undefined = await attempt(kept);
  // What is kept of another id, a page that does not load this file has left behind.
  let work: Promise<unknown> = pair ? Promise.resolve() : attempt(dropped);
  pair ??= await attempt(made);
  const ask = async <T>(path: string, body: object): Promise<T | undefined> => {
    const response = await send(path, JSON.stringify(body));
    return response.ok ? ((await response.json()) as T) : undefined; // what the server documents
  };
  const renew = (): void => {
    owner = pair = undefined;
    work = work.then(async () => {
      // There may be what another tab has kept for the next id by now.
      if (!(await attempt(kept))) await attempt(dropped);
      pair ??= await attempt(made);
    });
  };
  /** The pair, for the id that holds now. Looked at with each use, since a tab may hear late of what another one did. */
  const own = (): Pair | undefined => {
    const { id } = personIn(store);
    if (owner && owner !== id) renew();
    owner ??= id;
    return pair;
  };
  addEventListener('storage', own);
  return {
    publicKey: () => own()?.publicKey,
    onChoice(choices) {
      if (!Object.values(choices).includes(true)) return renew();
      const told = own();
      const id = owner;
      if (told && id) work = work.then(() => attempt(() => keep({ ...told, id })));
    },
    enter: () =>
      attempt(async () => {
        await work;
        // As it is stored: another tab may have been first.
        const held = await kept();
        const asked = held && (await ask<{ challenge: string }>('portal/challenges', { subject: held.id }));
        if (!held || !asked) return undefined;
        const { challenge } = asked;
        const text = new TextEncoder().encode(`ethogram portal entry\n${location.origin}\n${challenge}`);
        const signature = base64url(await crypto.subtle.sign('Ed25519', held.privateKey, text));
        const entry = await ask<{ path: string }>('portal/entries', { challenge, publicKey: held.publicKey, signature });
        return entry && portal + entry.path;
      }),
  };
}

async function made(): Promise<Pair> {
  const { publicKey, privateKey } = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  return { publicKey: base64url(await crypto.subtle.exportKey('raw', publicKey)), privateKey };
}

/** The pair in the database that belongs to the id; whatever else stands there is none. */
async function stored(id: string): Promise<Kept | undefined> {
  const held = (await inShelf('readonly', (keys) => keys.get(name))) as Kept | undefined; // kept below
  return held?.id === id ? held : undefined;
}

/** Keeps the pair, unless another tab has kept one for its id. */
async function keep(pair: Kept): Promise<void> {
  if (!(await stored(pair.id))) await inShelf('readwrite', (keys) => keys.put(pair, name));
}

function dropped(): Promise<unknown> {
  return settled(indexedDB.deleteDatabase(database));
}

async function inShelf<T>(mode: IDBTransactionMode, task: (keys: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const opening = indexedDB.open(database, 1);
  opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore(shelf));
  const opened = await settled(opening);
  try {
    return await settled(task(opened.transaction(shelf, mode).objectStore(shelf)));
  } finally {
    opened.close();
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    // Not `request.error`: to read it throws while a database waits for others to close it (`blocked`), and goes all the same then.
    for (const type of ['error', 'blocked']) request.addEventListener(type, () => reject(new Error(type)));
  });
}

/** What a browser refuses or lacks is no key, and never an error of the page. */
async function attempt<T>(task: () => Promise<T>): Promise<T | undefined> {
  try {
    return await task();
  } catch {
    return undefined;
  }
}

function base64url(bytes: ArrayBuffer): string {
  const text = btoa(String.fromCodePoint(...new Uint8Array(bytes)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
