// The lines to copy: one for a terminal, one for a page of one's own, one for something to choose from. With a server that has keys they
// carry a place for the key, never a key.

export interface Line {
  /** Names the block for its copy button. */
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

const things = { tea: 'Green tea', cup: 'Blue cup', pot: 'Clay teapot', jam: 'Plum jam' } as const;

export function linesFor(base: string, hasKeys: boolean): { readonly event: Line; readonly items: Line; readonly page: Line } {
  const curl = (path: string, key: string, body: string): string =>
    [`curl -s ${base}${path}`, ...(hasKeys ? [`-H "Authorization: Bearer ${key}"`] : []), `-d '${body}'`].join(hasKeys ? ' \\\n  ' : ' ');
  // The shell fills in the time, so that each paste is an event of its own.
  const track = `{
  "type": "track",
  "event": "Product Viewed",
  "userId": "ada",
  "messageId": "hello-'$(date +%s)'",
  "properties": { "product_id": "tea" },
  "context": { "consent": { "categoryPreferences": {
    "personalise": true, "train": true } } }
}`;
  const items = Object.entries(things).map(([id, title]) => `  { "id": "${id}", "title": "${title}" }`);
  const headers = hasKeys ? "\n  headers: { Authorization: 'Bearer YOUR_WRITE_KEY' }," : '';
  const page = `<script type="module">
await fetch('${base}/v1/batch', {
  method: 'POST',${headers}
  body: JSON.stringify({
    type: 'track',
    event: 'Product Viewed',
    userId: 'ada',
    messageId: crypto.randomUUID(),
    properties: { product_id: 'cup' },
    // what the person said yes to, and only that
    context: { consent: { categoryPreferences: { personalise: true } } },
  }),
});
</script>`;
  return {
    event: { id: 'line-event', title: 'From a terminal', text: curl('/v1/batch', 'YOUR_WRITE_KEY', track) },
    items: {
      id: 'line-items',
      title: 'Something to choose from',
      text: curl('/v1/items', 'YOUR_SECRET_KEY', `{ "items": [\n${items.join(',\n')}\n] }`),
    },
    page: { id: 'line-page', title: 'From a page of your own', text: page },
  };
}
