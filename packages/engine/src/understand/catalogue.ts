// The catalogue: items as versioned events. The version is the position of the last item event; filters run on live state, at decision
// time.
import { canonicalJson } from '../base/canonical-json.js';
import type { BehaviourEvent } from '../model/event.js';
import type { Item, ItemFilter } from '../model/item.js';
import type { ExclusionRule } from '../model/decision.js';
import { isSystemType, systemTypes } from '../model/system-event.js';
import type { Table } from '../ports/tables.js';
import type { FoldPart } from './fold.js';

export interface ItemRow {
  readonly item: Item;
  readonly version: number;
  readonly retired: boolean;
}

export class Catalogue implements FoldPart {
  readonly name = 'item';
  readonly hears = isSystemType;
  readonly #rows: Table<ItemRow>;
  readonly #meta: Table<number>;
  /** All items, in memory: every decision filters by them. */
  readonly #live = new Map<string, ItemRow>();
  #sorted: readonly string[] | undefined;
  #version: number;

  constructor(rows: Table<ItemRow>, meta: Table<number>) {
    this.#rows = rows;
    this.#meta = meta;
    this.#version = meta.get('catalogueVersion') ?? -1;
    for (const [id, row] of rows.rows()) this.#live.set(id, row);
  }

  /** Position of the last item event, -1 when there is none. */
  get version(): number {
    return this.#version;
  }

  get size(): number {
    return this.#live.size;
  }

  get(id: string): ItemRow | undefined {
    return this.#live.get(id);
  }

  /** What an item is called: its id, where nobody says more. */
  titleOf(id: string): string {
    return this.#live.get(id)?.item.title ?? id;
  }

  /** All ids in order: never the order in which they were first seen. */
  ids(): readonly string[] {
    this.#sorted ??= [...this.#live.keys()].sort();
    return this.#sorted;
  }

  apply(event: BehaviourEvent, position: number): void {
    if (event.type === systemTypes.itemUpserted) {
      const item = event.properties['item'] as Item; // written by the engine from a validated item
      this.#set({ item, version: position, retired: false }, position);
    } else if (event.type === systemTypes.itemRetired) {
      const id = event.properties['id'];
      const row = typeof id === 'string' ? this.#live.get(id) : undefined;
      if (row !== undefined) this.#set({ ...row, version: position, retired: true }, position);
    }
  }

  /**
   * Which rule leaves the item out at `now` (ms), or undefined when it may be shown. An item that is not in the catalogue may be shown:
   * a host may decide over ids alone; a filter that asks for attributes refuses it.
   */
  excludes(id: string, filter: ItemFilter, now: number): ExclusionRule | undefined {
    const row = this.#live.get(id);
    if (row === undefined) return isOpen(filter) ? undefined : 'filter';
    const { item } = row;
    if (row.retired) return 'retired';
    if (item.stock !== undefined && item.stock <= 0 && filter.inStock !== false) return 'out_of_stock';
    if ((item.validFrom !== undefined && now < item.validFrom) || (item.validUntil !== undefined && now >= item.validUntil))
      return 'not_valid';
    return matches(item, filter) ? undefined : 'filter';
  }

  withdraw(): void {
    // items are no person's data
  }

  forget(): void {
    // items are no person's data
  }

  *dump(): Iterable<string> {
    yield `version\t${this.#version}`;
    for (const [id, row] of this.#rows.rows()) yield `${JSON.stringify(id)}\t${canonicalJson(row)}`;
  }

  #set(row: ItemRow, position: number): void {
    this.#rows.set(row.item.id, row);
    if (!this.#live.has(row.item.id)) this.#sorted = undefined;
    this.#live.set(row.item.id, row);
    this.#version = position;
    this.#meta.set('catalogueVersion', position);
  }
}

function isOpen(filter: ItemFilter): boolean {
  return filter.category === undefined && filter.priceMin === undefined && filter.priceMax === undefined && filter.attributes === undefined;
}

function matches(item: Item, filter: ItemFilter): boolean {
  if (filter.category !== undefined && (item.category === undefined || !filter.category.includes(item.category))) return false;
  if (filter.priceMin !== undefined && (item.price === undefined || item.price < filter.priceMin)) return false;
  if (filter.priceMax !== undefined && (item.price === undefined || item.price > filter.priceMax)) return false;
  for (const [name, value] of Object.entries(filter.attributes ?? {})) if (item.attributes?.[name] !== value) return false;
  return true;
}
