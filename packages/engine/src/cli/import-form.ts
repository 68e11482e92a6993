// The form of an imported file: by its name, else by what its first bytes look like. Packed (gzip) is told by the two bytes that RFC 1952
// begins with, whatever the name says. Invariant: it depends on the head of the file alone, so a resumed import reads as the first one did.

export type Form = 'csv' | 'jsonl';

const endings: { readonly [ending: string]: Form } = { csv: 'csv', tsv: 'csv', tab: 'csv', jsonl: 'jsonl', ndjson: 'jsonl' };
const separators = [',', ';', '\t', '|'] as const;

/** `views.csv.gz` -> csv; undefined when the ending says nothing. */
export function formByName(path: string): Form | undefined {
  const ending = /\.([a-z]+)(?:\.gz)?$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(endings, ending) ? endings[ending] : undefined;
}

export function isPacked(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** By content: an object opens JSONL; a line with a separator is CSV. Undefined for everything else. */
export function formByContent(head: Buffer): Form | undefined {
  if (head.includes(0)) return undefined;
  const text = head.toString('utf8').replace(/^\ufeff/, '');
  if (/^\s*\{/.test(text)) return 'jsonl';
  if (isJsonList(head)) return undefined;
  const line = text.split(/\r?\n/, 1)[0] ?? '';
  return separators.some((each) => line.includes(each)) ? 'csv' : undefined;
}

/** A list of objects in JSON, which would pass for CSV: its first line has commas, and values where a header has names. */
export function isJsonList(head: Buffer): boolean {
  return /^\ufeff?\s*\[\s*[{\]]/u.test(head.toString('utf8'));
}

/** The separator of a header: the one it holds most of outside quotes; of equals the comma, then the semicolon, the tab, the bar. */
export function separatorOf(header: string): string {
  const bare = header.replaceAll(/"(?:[^"]|"")*"/g, '');
  let best = ',';
  let most = 0;
  for (const each of separators) {
    const count = bare.split(each).length - 1;
    if (count > most) [best, most] = [each, count];
  }
  return best;
}
