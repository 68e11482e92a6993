// Which columns hold what: names that are usual are found by themselves, --map names the others.
import { CodedError } from '../base/errors.js';
import { UsageError } from './arguments.js';

export interface Mapping {
  readonly subject: string;
  readonly item: string;
  readonly time: string;
  /** The column of the event's own id; null: the row number is the id. */
  readonly id: string | null;
}

type Part = keyof Mapping;

const usual: Record<Part, readonly string[]> = {
  subject: ['subject', 'user_id', 'userId', 'session_id', 'sessionId', 'visitor_id', 'visitorid'],
  item: ['item', 'product_id', 'productId', 'item_id', 'itemId', 'itemid'],
  time: ['timestamp', 'time', 'occurredAt', 'eventdate', 'date'],
  id: ['id', 'messageId', 'event_id'],
};

/** `subject=COL,item=COL,time=COL,id=COL`, each optional. Throws UsageError. */
export function parseMap(text: string | undefined): Partial<Record<Part, string>> {
  const out: Partial<Record<Part, string>> = {};
  for (const pair of (text ?? '').split(',').filter((part) => part !== '')) {
    const [part, column] = pair.split('=', 2);
    if (!isPart(part) || column === undefined || column === '') throw new UsageError('--map takes subject=COL,item=COL,time=COL,id=COL');
    out[part] = column;
  }
  return out;
}

function isPart(part: string | undefined): part is Part {
  return part !== undefined && Object.hasOwn(usual, part);
}

/** Finds the columns. Throws CodedError import_column, naming the part that is missing. */
export function mappingOver(columns: readonly string[], named: Partial<Record<Part, string>>): Mapping {
  const find = (part: Part): string | null => {
    const given = named[part];
    if (given !== undefined && !columns.includes(given)) throw new CodedError('import_column', part);
    return given ?? usual[part].find((name) => columns.includes(name)) ?? null;
  };
  const needed = (part: Part): string => {
    const column = find(part);
    if (column === null) throw new CodedError('import_column', part);
    return column;
  };
  return { subject: needed('subject'), item: needed('item'), time: needed('time'), id: find('id') };
}
