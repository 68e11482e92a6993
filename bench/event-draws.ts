// Who does what in the loads of events: subjects and items drawn Zipf, and the grants that everybody gives first.
import type { Acknowledgements } from './acknowledgements.js';
import { Connection, postRequest } from './connection.js';
import { itemDigits, subjectDigits } from './event-request.js';
import { SeededRandom } from './seeded-random.js';
import { Zipf } from './zipf.js';

export const batchEvents = 100;

/** Draws who does what, far ahead of the load: batches of different subjects. Ids never repeat in a run. */
export class Draws {
  readonly #batches: Uint16Array;
  readonly #items: Uint16Array;
  readonly #repeats: boolean;
  #batch = 0;
  #item = 0;
  #ids = 0;
  #asked = 0;

  /** `shape.batches`: so many are drawn, then they come again; `even`: every subject as likely as any other. */
  constructor(
    shape: { readonly subjects: number; readonly items: number; readonly batches: number; readonly even?: boolean },
    repeats: boolean,
  ) {
    const random = new SeededRandom(11);
    const zipf = new Zipf(shape.subjects, random);
    const draw = (): number => (shape.even === true ? random.below(shape.subjects) : zipf.draw());
    const items = new Zipf(shape.items, random);
    this.#repeats = repeats;
    this.#batches = new Uint16Array(shape.batches * batchEvents);
    const seen = new Set<number>();
    for (let at = 0; at < this.#batches.length; at += 1) {
      if (at % batchEvents === 0) seen.clear();
      let subject = draw();
      while (seen.has(subject)) subject = draw();
      seen.add(subject);
      this.#batches[at] = subject;
    }
    this.#items = Uint16Array.from({ length: 1 << 18 }, () => items.draw());
  }

  subject(): number {
    this.#batch = (this.#batch + 1) % this.#batches.length;
    return this.#batches[this.#batch] ?? 0;
  }

  /** The next subjects are those of one batch from its start. */
  startBatch(): void {
    this.#batch = (Math.ceil((this.#batch + 1) / batchEvents) * batchEvents - 1) % this.#batches.length;
  }

  item(): number {
    this.#item = (this.#item + 1) % this.#items.length;
    return this.#items[this.#item] ?? 0;
  }

  id(): number {
    this.#ids += 1;
    return this.#ids;
  }

  /** Is the next event to be the same as before (a planted fault)? */
  repeat(): boolean {
    this.#asked += 1;
    return this.#repeats && this.#asked % 10 === 0;
  }
}

/** Every subject allows it, by an event that carries the choice. */
export async function grantAll(
  port: number,
  shape: { readonly subjects: number; readonly items: number },
  acknowledged: Acknowledgements,
): Promise<void> {
  const context = { consent: { categoryPreferences: { personalise: true, train: true } } };
  const connection = await Connection.open(port);
  for (let from = 0; from < shape.subjects; from += batchEvents) {
    const batch = Array.from({ length: Math.min(batchEvents, shape.subjects - from) }, (_, index) => ({
      type: 'track',
      event: 'item.viewed',
      userId: `s-${(from + index).toString().padStart(subjectDigits, '0')}`,
      messageId: `grant-${from + index}`,
      properties: { product_id: `i-${((from + index) % shape.items).toString().padStart(itemDigits, '0')}` },
      context,
    }));
    acknowledged.take(await connection.ask(postRequest('/v1/batch', JSON.stringify({ batch }))), batch.length);
  }
  connection.close();
}
