// The place of a fault as rejects keep it: a JSON pointer in which only words of our own vocabulary stand. A key that a sender chose may
// hold a value, so it becomes `-`; a number becomes `*`.

const words: ReadonlySet<string> = new Set([
  'anonymousId',
  'attributes',
  'basis',
  'batch',
  'categoryPreferences',
  'category',
  'choices',
  'consent',
  'consentorigin',
  'context',
  'currency',
  'data',
  'data_base64',
  'datacontenttype',
  'event',
  'eventType',
  'exclude',
  'filter',
  'groupId',
  'id',
  'items',
  'limit',
  'messageId',
  'origin',
  'pins',
  'previousId',
  'price',
  'properties',
  'purpose',
  'reason',
  'source',
  'specversion',
  'stock',
  'subject',
  'time',
  'timestamp',
  'title',
  'traits',
  'type',
  'userId',
  'validFrom',
  'validUntil',
]);

/** `declared`: further words that are no sender's, such as the properties of a registered type. */
export function safeField(field: string | undefined, declared: (word: string) => boolean): string | null {
  if (field === undefined || field === '') return null;
  return field
    .split('/')
    .slice(0, 8)
    .map((part) => (part === '' ? '' : /^\d+$/.test(part) ? '*' : words.has(part) || declared(part) ? part : '-'))
    .join('/');
}
