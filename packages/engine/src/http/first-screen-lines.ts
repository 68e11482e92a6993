// The lines to copy: one for a terminal, one for a page of one's own, one for something to choose from. With a server that has keys they
// carry a place for the key, never a key.

export interface Line {
  /** Names the block for its copy button. */
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

const grant = '"context":{"consent":{"categoryPreferences":{"personalise":true,"train":true}}}';

export function linesFor(base: string, hasKeys: boolean): { readonly event: Line; readonly items: Line; readonly page: Line } {
  const secret = hasKeys ? ' -H "Authorization: Bearer YOUR_SECRET_KEY"' : '';
  const write = hasKeys ? ' -H "Authorization: Bearer YOUR_WRITE_KEY"' : '';
  // The shell fills in the time, so that each paste is an event of its own.
  const hello = `"messageId":"hello-'$(date +%s)'"`;
  const track = `{"type":"track","event":"Product Viewed","userId":"you",${hello},"properties":{"product_id":"tea"},${grant}}`;
  const items = ['tea', 'cup', 'pot', 'jam'].map((id) => `{"id":"${id}","title":"The ${id}"}`).join(',');
  const headers = hasKeys ? "\n  headers: { Authorization: 'Bearer YOUR_WRITE_KEY' }," : '';
  const page = `<script type="module">
await fetch('${base}/v1/batch', {
  method: 'POST',${headers}
  body: JSON.stringify({
    type: 'track',
    event: 'Product Viewed',
    userId: 'you',
    messageId: crypto.randomUUID(),
    properties: { product_id: 'cup' },
    // what the person said yes to, and only that
    context: { consent: { categoryPreferences: { personalise: true } } },
  }),
});
</script>`;
  return {
    event: { id: 'line-event', title: 'From a terminal', text: `curl -s ${base}/v1/batch${write} -d '${track}'` },
    items: { id: 'line-items', title: 'Something to choose from', text: `curl -s ${base}/v1/items${secret} -d '{"items":[${items}]}'` },
    page: { id: 'line-page', title: 'From a page of your own', text: page },
  };
}
