// The rules one by one; sim/merges.test.ts holds the laws over whole histories.
import { expect, test } from 'vitest';
import type { Held } from '../model/system-event.js';
import { forAll, levelled } from './merge.js';
import type { Standing } from './standing.js';

function standing(choice: Held | null, receivedAt = 0, restricted = false): Standing {
  const stands = choice === null ? {} : { train: { choice, since: 1, at: receivedAt, receivedAt } };
  return { epoch: 1, stands, ...(restricted ? { restricted } : {}) };
}

const of = (...standings: (Standing | undefined)[]): Map<string, Standing | undefined> =>
  new Map(standings.map((each, at) => [`id${at}`, each]));

function staleAt(occurredAt: number, choice: Held, linkedAt: number, standings: Map<string, Standing | undefined>): boolean {
  const { change, stale } = forAll({ choices: { train: choice }, origin: 'test' }, standings, linkedAt, occurredAt);
  expect(change).toEqual({ choices: stale ? {} : { train: choice }, origin: 'test' });
  return stale;
}

test('a grant from before the link, or from before the receipt of a refusal by any of the ids, holds for nobody', () => {
  const refused = of(standing('withdrawn', 50), undefined);
  expect([9, 10].map((at) => staleAt(at, 'granted', 10, of(undefined, undefined)))).toEqual([true, false]);
  expect([49, 50].map((at) => staleAt(at, 'granted', 10, refused))).toEqual([true, false]);
});

test('a refusal is never late, and a grant is not late for the sake of another grant', () => {
  expect(staleAt(1, 'withdrawn', 10, of(standing('withdrawn', 50), undefined))).toBe(false);
  expect(staleAt(20, 'granted', 10, of(standing('granted', 50), undefined))).toBe(false);
});

test('linking brings each id down to the strictest, and freezes whoever is not frozen yet', () => {
  const origin = 'identity.linked';
  expect(levelled(of(standing('granted'), standing('denied')))).toEqual(new Map([['id0', { choices: { train: 'denied' }, origin }]]));
  expect(levelled(of(standing('granted'), undefined))).toEqual(new Map([['id0', { choices: { train: 'lapsed' }, origin }]]));
  expect(levelled(of(standing(null, 0, true), undefined, standing(null)))).toEqual(
    new Map(['id1', 'id2'].map((id) => [id, { choices: {}, origin, restricted: true }])),
  );
  expect(levelled(of(standing('objected', 0, true), standing('objected', 0, true))).size).toBe(0);
});
