// What an image must hold, what it may lose, and what it must never show, on traces written by hand. Each case builds many images and asks
// for the exact set of outcomes: one too few means the builder is blind to a real crash, one too many that it would accuse a correct
// program.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HandTrace } from './hand-trace.js';
import { openImages } from './image.js';
import type { ImageOptions } from './image.js';

let scratch = '';
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'ethogram-image-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** `name=bytes` of every file, sorted, zeros as dots; runs of one character as `64*a`. */
function show(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return files
    .map((path) => {
      if (statSync(join(folder, path)).isDirectory()) return `${path}/`;
      const text = readFileSync(join(folder, path), 'latin1').replaceAll('\0', '.');
      return `${path}=${text.replace(/(.)\1{63,}/g, (run) => `${run.length}*${run[0] ?? ''}`)}`;
    })
    .join(' ');
}

/** Every distinct image of many seeds. */
function outcomes(hand: HandTrace, options: ImageOptions = {}, cut = hand.now, seeds = 200): string[] {
  const opened = openImages(hand.trace(), options);
  if (!opened.ok) throw new Error(opened.message);
  const seen = new Set<string>();
  const target = join(scratch, 'image');
  for (let seed = 0; seed < seeds; seed++) {
    opened.images.build(cut, seed, target);
    seen.add(show(target));
    rmSync(target, { recursive: true });
  }
  return [...seen].sort();
}

const sector = (letter: string, count = 1): string => letter.repeat(512 * count);

describe('writes', () => {
  it('keeps what a finished sync covers', () => {
    expect(outcomes(new HandTrace().create('a').write('a', 0, 'one').sync('a'))).toEqual(['a=one']);
  });

  it('keeps, drops and half-sizes an append that no sync covers', () => {
    const hand = new HandTrace().create('a').write('a', 0, 'one').sync('a').write('a', 3, 'two');
    expect(outcomes(hand)).toEqual(['a=one', 'a=one...', 'a=onetwo']);
  });

  it('does not count a sync that has begun and not ended', () => {
    const hand = new HandTrace().create('a').sync('a').write('a', 0, 'one').sync('a');
    expect(outcomes(hand, {}, hand.now - 1)).toEqual(['a=', 'a=...', 'a=one']);
  });

  it('does not count a write that finished while the sync was under way', () => {
    const hand = new HandTrace().create('a').sync('a');
    hand.syncAround('a', () => hand.write('a', 0, 'one'));
    expect(outcomes(hand)).toEqual(['a=', 'a=...', 'a=one']);
  });

  it('keeps an O_DSYNC write at once, and with it what shares its sector, but not an earlier write elsewhere', () => {
    const hand = new HandTrace().create('a').write('a', 0, sector('-', 2)).sync('a');
    hand.write('a', 0, 'near').write('a', 512, 'far').write('a', 4, 'SURE', true);
    expect(outcomes(hand)).toEqual(['a=nearSURE1016*-', 'a=nearSURE504*-far509*-']);
  });

  it('tears a write only between sectors', () => {
    const hand = new HandTrace().create('a').write('a', 0, sector('a', 3)).sync('a').write('a', 0, sector('b', 3));
    const seen = outcomes(hand, {}, hand.now, 600).map((text) => text.slice(2));
    expect(seen).toContain('1536*a');
    expect(seen).toContain('1536*b');
    expect(seen).toContain('512*b512*a512*b');
    expect(seen.length).toBe(8);
  });

  it('reorders writes to different sectors', () => {
    const hand = new HandTrace().create('a').write('a', 0, sector('-', 2)).sync('a').write('a', 0, '1').write('a', 512, '2');
    expect(outcomes(hand).length).toBe(4);
  });

  it('never shows a later write to a sector without the earlier ones', () => {
    const hand = new HandTrace().create('a').write('a', 0, '--').sync('a').write('a', 0, '1').write('a', 1, '2');
    expect(outcomes(hand)).toEqual(['a=--', 'a=1-', 'a=12']);
  });

  it('may show a write that had been called but had not returned, and none that had not been called', () => {
    const hand = new HandTrace().create('a').write('a', 0, '-').sync('a').mark('x').mark('y').mark('z').slowWrite('a', 0, '1', 2);
    const end = hand.now;
    hand.create('b').slowWrite('b', 0, 'slower', 6); // makes the builder look far past the cut
    expect(outcomes(hand, {}, end - 2)).toEqual(['a=-', 'a=1']);
    expect(outcomes(hand, {}, end - 4)).toEqual(['a=-']);
  });

  it('never lets a later sync promise what a failed sync covered', () => {
    const hand = new HandTrace()
      .create('a')
      .write('a', 0, sector('-', 2))
      .sync('a')
      .write('a', 0, '1')
      .sync('a', false)
      .write('a', 512, '2')
      .sync('a');
    expect(outcomes(hand)).toEqual(['a=1511*-2511*-', 'a=512*-2511*-']);
  });

  it('loses everything pending when syncs are ignored', () => {
    const hand = new HandTrace().create('a').write('a', 0, 'one').sync('a').write('a', 3, '!', true);
    expect(outcomes(hand, { ignoreSyncs: true })).toEqual(expect.arrayContaining(['', 'a=', 'a=one!', 'a=....']));
  });
});

describe('sizes', () => {
  it('brings the old bytes back when a shrink is lost, and hides what was written after it', () => {
    const hand = new HandTrace().create('a').write('a', 0, sector('o', 2)).sync('a').truncate('a', 0).write('a', 0, 'new');
    const seen = outcomes(hand);
    expect(seen).toEqual(['a=', 'a=...', 'a=1024*o', 'a=new']);
  });

  it('truncates on open like a pending shrink', () => {
    expect(outcomes(new HandTrace().create('a').write('a', 0, 'old').sync('a').open('a', 'a', true))).toEqual(['a=', 'a=old']);
  });

  it('reads an extension as zeros', () => {
    expect(outcomes(new HandTrace().create('a').write('a', 0, '1').truncate('a', 4).sync('a'))).toEqual(['a=1...']);
  });
});

describe('names', () => {
  const posix: ImageOptions = { createDurableOnFileSync: false };

  it('may lose a created file until its directory is synced', () => {
    const hand = new HandTrace().openFolder('').create('a').write('a', 0, '1').sync('a');
    expect(outcomes(hand)).toEqual(['a=1']);
    expect(outcomes(hand, posix)).toEqual(['', 'a=1']);
    expect(outcomes(hand.syncFolder(''), posix)).toEqual(['a=1']);
  });

  it('may lose a file that was never synced at all', () => {
    expect(outcomes(new HandTrace().create('a').write('a', 0, '1'))).toEqual(['', 'a=', 'a=.', 'a=1']);
  });

  it('keeps a prefix of what one directory was asked', () => {
    expect(outcomes(new HandTrace().create('a').create('b').unlink('a'))).toEqual(['', 'a=', 'a= b=', 'b=']);
  });

  it('shows the old file or the new one under a renamed-over name, never neither', () => {
    const hand = new HandTrace()
      .openFolder('')
      .create('a')
      .write('a', 0, 'old')
      .sync('a')
      .create('t')
      .write('t', 0, 'new')
      .sync('t')
      .rename('t', 'a');
    expect(outcomes(hand)).toEqual(['a=new', 'a=old t=new']);
    expect(outcomes(hand.syncFolder(''))).toEqual(['a=new']);
  });

  it('moves between two directories in both or in neither', () => {
    const hand = new HandTrace()
      .mkdir('x')
      .mkdir('y')
      .create('x/a')
      .write('x/a', 0, '1')
      .sync('x/a')
      .openFolder('')
      .syncFolder('')
      .rename('x/a', 'y/a');
    expect(outcomes(hand)).toEqual(['x/ x/a=1 y/', 'x/ y/ y/a=1']);
    expect(outcomes(hand.syncFolder('x'))).toEqual(['x/ y/ y/a=1']);
  });

  it('drops what a directory was asked after a rename that was dropped for the other directory', () => {
    const hand = new HandTrace()
      .mkdir('x')
      .mkdir('y')
      .create('x/a')
      .sync('x/a')
      .openFolder('')
      .syncFolder('')
      .rename('x/a', 'y/a')
      .create('x/b');
    expect(outcomes(hand)).toEqual(['x/ x/a= y/', 'x/ x/b= y/ y/a=', 'x/ y/ y/a=']);
  });

  it('makes durable what the other directory was asked before a rename that is', () => {
    const hand = new HandTrace().mkdir('x').mkdir('y').create('x/a').openFolder('').syncFolder('').create('y/c').rename('x/a', 'y/a');
    expect(outcomes(hand.syncFolder('x'))).toEqual(['x/ y/ y/a= y/c=']);
  });

  it('commits the folders above a new file with the file, by a sync and by an O_DSYNC write, on ext4 and not by POSIX', () => {
    const synced = new HandTrace().mkdir('x').create('x/a').write('x/a', 0, '1').sync('x/a');
    const written = new HandTrace().mkdir('x').create('x/a').write('x/a', 0, '1', true);
    expect(outcomes(synced)).toEqual(['x/ x/a=1']);
    expect(outcomes(written)).toEqual(['x/ x/a=1']);
    expect(outcomes(written, posix)).toEqual(['', 'x/', 'x/ x/a=1']);
  });

  it('gives an unlinked file back with its own bytes though its inode number was used again', () => {
    const hand = new HandTrace()
      .openFolder('')
      .create('a', '7')
      .write('7', 0, 'old')
      .sync('7')
      .unlink('a')
      .create('b', '7')
      .write('7', 0, 'new');
    expect(outcomes(hand)).toEqual(expect.arrayContaining(['a=old', '', 'b=new']));
    expect(outcomes(hand).filter((text) => text.includes('a=new') || text.includes('b=old'))).toEqual([]);
  });

  it('loses what lies in a lost directory', () => {
    expect(outcomes(new HandTrace().mkdir('x').create('x/a'))).toEqual(['', 'x/', 'x/ x/a=']);
  });
});

describe('the builder', () => {
  it('starts from a given folder', () => {
    const initial = join(scratch, 'initial');
    mkdirSync(join(initial, 'x'), { recursive: true });
    writeFileSync(join(initial, 'x', 'a'), 'before');
    expect(outcomes(new HandTrace().open('x/a').write('x/a', 0, 'B'), { initial })).toEqual(['x/ x/a=Before', 'x/ x/a=before']);
  });

  it('refuses a trace of files that nothing introduced', () => {
    const opened = openImages(new HandTrace().open('a').trace());
    expect(opened).toMatchObject({ ok: false, code: 'trace_unknown_file', at: 0 });
  });

  it('gives the same image for the same seed, through checkpoints as from the start', () => {
    const hand = new HandTrace().create('a');
    for (let number = 0; number < 3_000; number++) {
      hand.write('a', (number * 7_919) % 400_000, new Uint8Array(4_096).fill(1 + (number % 250)));
      if (number % 100 === 0) hand.sync('a');
    }
    const opened = openImages(hand.trace());
    if (!opened.ok) throw new Error(opened.message);
    for (const cut of [hand.now - 37, 1_500, 400]) {
      const shorter = new HandTrace();
      shorter.records.push(...hand.records.slice(0, cut + 1)); // one more, which may be under way at the cut
      const plain = openImages(shorter.trace());
      if (!plain.ok) throw new Error(plain.message);
      const [one, other] = [join(scratch, `one-${cut}`), join(scratch, `other-${cut}`)];
      const report = opened.images.build(cut, 5, one);
      expect(plain.images.build(cut, 5, other)).toEqual(report);
      expect(report.dropped).toBeGreaterThan(0);
      expect(readFileSync(join(one, 'a')).equals(readFileSync(join(other, 'a')))).toBe(true);
    }
  });
});
