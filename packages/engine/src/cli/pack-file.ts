// Packs as commands name them: those of the package by their names, others by the file that holds them.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CodedError } from '../base/errors.js';
import type { Pack } from '../pack/pack.js';
import { retail } from '../packs/retail.js';
import { travel } from '../packs/travel.js';
import { checkPack } from '../runtime/surroundings.js';
import type { OptionsConfig } from './command.js';

const ofThePackage: ReadonlyMap<string, Pack> = new Map([retail, travel].map((pack) => [pack.name, pack]));

export const packsOption = {
  packs: {
    type: 'string',
    value: 'LIST',
    help: `packs, by commas: ${[...ofThePackage.keys()].join(', ')}, or files that hold some (modules are run); docs/packs.md`,
  },
} as const satisfies OptionsConfig;

/** Throws CodedError: file_unreadable, pack_wrong (what has not the form of a pack; the rest is for who opens the engine with them). */
export async function packsNamed(names: readonly string[]): Promise<Pack[]> {
  const packs: Pack[] = [];
  for (const name of names) {
    const own = ofThePackage.get(name);
    const found = own === undefined ? await packsIn(name) : [[name, own] as const];
    for (const [called, pack] of found) {
      if (!isPack(pack)) throw new CodedError('pack_wrong', `${called}: it has not the form of a pack`);
      packs.push(pack);
    }
  }
  return packs;
}

function isPack(value: unknown): value is Pack {
  return checkPack(value).every(({ code }) => code !== 'shape');
}

/** What the file holds as packs: a JSON value, or every export that has a version. */
export async function packsIn(path: string): Promise<(readonly [name: string, pack: unknown])[]> {
  const file = resolve(path);
  if (!existsSync(file)) throw new CodedError('file_unreadable', path);
  let held: readonly (readonly [string, unknown])[];
  try {
    const module: object = file.endsWith('.json')
      ? { pack: JSON.parse(readFileSync(file, 'utf8')) as unknown }
      : ((await import(pathToFileURL(file).href)) as object); // a module is an object of its exports
    held = Object.entries(module);
  } catch (error) {
    throw new CodedError('file_unreadable', error instanceof Error ? error.message : undefined);
  }
  const packs = held.filter(([name, value]) => name === 'pack' || (typeof value === 'object' && value !== null && 'version' in value));
  if (packs.length === 0) throw new CodedError('file_unreadable', 'it exports no pack');
  return packs.map(([name, value]) => {
    const named = typeof value === 'object' && value !== null && 'name' in value ? value.name : undefined;
    return [typeof named === 'string' ? named : name, value] as const;
  });
}
