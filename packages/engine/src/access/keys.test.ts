// Keys: their text, the file of them, and the ring that follows the file.
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../adapters/manual-clock.js';
import { MemoryDisk } from '../adapters/memory-disk.js';
import { SeededEntropy } from '../adapters/seeded-entropy.js';
import { limits } from '../base/limits.js';
import type { Result } from '../base/result.js';
import { keyKinds, satisfies } from './key-kind.js';
import { KeyRing } from './key-ring.js';
import { KeyStore, parseKeys, type NewKey } from './key-store.js';
import { hashOfKey, newKeyText, sameHash } from './key-text.js';

const made = (result: Result<NewKey>): NewKey => {
  if (!result.ok) throw new Error(result.code);
  return result.value;
};

function bench(): { disk: MemoryDisk; store: KeyStore; clock: ManualClock; ring: () => KeyRing; errors: unknown[] } {
  const disk = new MemoryDisk();
  const store = new KeyStore(disk, new SeededEntropy(3));
  const clock = new ManualClock();
  const errors: unknown[] = [];
  return { disk, store, clock, errors, ring: () => new KeyRing({ store, clock, onError: (error) => errors.push(error) }) };
}

function write(disk: MemoryDisk, text: string): void {
  const file = disk.open('access/keys.json', { create: true });
  file.truncate(0);
  file.write(0, Buffer.from(text));
  file.close();
}

test('a text names its kind and carries 160 bits', () => {
  const entropy = new SeededEntropy(1);
  const texts = keyKinds.map((kind) => newKeyText(kind, entropy));
  expect(texts[0]).toMatch(/^eth_w_[a-z2-7]{32}$/);
  expect(texts.map((text) => text.slice(0, 6))).toEqual(['eth_w_', 'eth_s_', 'eth_a_']);
  expect(new Set(texts.map((text) => text.slice(6))).size).toBe(3);
  const ones = newKeyText('write', { bytes: (length) => new Uint8Array(length).fill(255) });
  expect(ones).toBe(`eth_w_${'7'.repeat(32)}`);
  expect(sameHash(hashOfKey('a'), hashOfKey('a'))).toBe(true);
  expect(sameHash(hashOfKey('a'), hashOfKey('b'))).toBe(false);
});

test('kinds are nested', () => {
  expect(keyKinds.map((kind) => (['none', ...keyKinds] as const).filter((need) => satisfies(kind, need)).length)).toEqual([2, 3, 4]);
});

describe('the file', () => {
  test('holds the hash and never the text', async () => {
    const { store } = bench();
    const { key, text } = made(await store.add('secret', 5, { note: 'the till' }));
    expect(store.read()).toEqual([key]);
    expect(key).toMatchObject({ kind: 'secret', sha256: hashOfKey(text), createdAt: 5, expiresAt: null, note: 'the till' });
    expect(store.bytes()?.toString('utf8')).not.toContain(text.slice(6));
  });

  test('is replaced whole: what a crash before the rename leaves is the old one', async () => {
    const { disk, store } = bench();
    await store.add('write', 1);
    const before = store.bytes();
    disk.rename = () => {
      throw new Error('crash');
    };
    await expect(store.add('write', 2)).rejects.toThrow('crash');
    expect(store.bytes()).toEqual(before);
  });

  test('has room for so many; those that ended make room', async () => {
    const { disk, store } = bench();
    const { key } = made(await store.add('write', 1));
    const many = Array.from({ length: limits.keysMax }, (_, at) => ({ ...key, id: `k${at}`, expiresAt: at === 0 ? 10 : null }));
    write(disk, JSON.stringify({ format: 'ethogram-keys/1', keys: many }));
    expect(await store.add('write', 5)).toMatchObject({ ok: false, code: 'keys_too_many' });
    expect(await store.add('write', 10)).toMatchObject({ ok: true });
    expect(await store.rotate('none', 5, 1)).toMatchObject({ code: 'key_id_unknown' });
    expect(await store.revoke('none')).toMatchObject({ code: 'key_id_unknown' });
  });

  test.each(['', '{}', '{"format":"ethogram-keys/2","keys":[]}', '{"format":"ethogram-keys/1","keys":[{"id":"a"}]}'])(
    'refuses %s',
    (text) => {
      expect(() => parseKeys(Buffer.from(text))).toThrow('keys_unreadable');
    },
  );
});

describe('the ring', () => {
  test('asks for nothing until there is a key, and then for ever', async () => {
    const { disk, store, clock, ring: open } = bench();
    const ring = open();
    ring.watch();
    expect([ring.required, ring.live]).toEqual([false, 0]);
    const { text } = made(await store.add('write', clock.now()));
    expect(ring.find(text)).toBeUndefined();
    clock.advance(limits.keysPollMs);
    expect([ring.required, ring.find(text)?.kind, ring.find(`${text}x`)]).toEqual([true, 'write', undefined]);
    disk.remove('access/keys.json');
    clock.advance(limits.keysPollMs);
    expect([ring.required, ring.find(text)]).toEqual([true, undefined]);
    ring.close();
  });

  test('rotation: both hold for the overlap, then the new one alone; revocation holds within a second', async () => {
    const { store, clock, ring: open } = bench();
    const old = made(await store.add('secret', clock.now(), { note: 'n' }));
    const ring = open();
    ring.watch();
    const fresh = made(await store.rotate(old.key.id, clock.now(), 60_000));
    expect([fresh.key.kind, fresh.key.note]).toEqual(['secret', 'n']);
    clock.advance(1_000);
    expect([ring.find(old.text)?.id, ring.find(fresh.text)?.id]).toEqual([old.key.id, fresh.key.id]);
    clock.advance(59_000);
    expect([ring.find(old.text), ring.find(fresh.text)?.id]).toEqual([undefined, fresh.key.id]);
    await store.revoke(fresh.key.id);
    clock.advance(1_000);
    expect([ring.find(fresh.text), ring.live, ring.required]).toEqual([undefined, 0, true]);
    clock.set(clock.now() - 3_600_000);
    expect(ring.find(fresh.text)).toBeUndefined();
    ring.close();
  });

  test('a key that ends while it runs is told of, once', async () => {
    const { store, clock } = bench();
    await store.add('secret', clock.now(), { expiresAt: clock.now() + 60_000 });
    const told: number[] = [];
    const ring = new KeyRing({ store, clock, onKeys: (keys) => told.push(keys.length) });
    ring.watch();
    clock.advance(59_000);
    expect(told).toEqual([1]);
    clock.advance(3_000);
    expect(told).toEqual([1, 1]);
    ring.close();
  });

  test('a file that is damaged while it runs leaves the keys as they were; at the start it is an error', async () => {
    const { disk, store, clock, ring: open, errors } = bench();
    const { text } = made(await store.add('admin', clock.now()));
    const ring = open();
    const { version } = ring;
    write(disk, 'x');
    ring.refresh();
    expect([errors.length, ring.version, ring.find(text)?.kind]).toEqual([1, version, 'admin']);
    expect(open).toThrow('keys_unreadable');
  });
});
