// Sends an answer that has no end yet, or is long: each piece goes out as it comes and waits for a slow reader; when the reader goes away
// the source is told, and when the source fails the reader sees the connection end.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

const streamed: ReadonlySet<string> = new Set(['text/event-stream', 'application/x-ndjson', 'application/zip']);

export function isStream(reply: Response): boolean {
  return streamed.has(reply.headers.get('content-type') ?? '');
}

/** Resolves when the source has ended or the reader has gone. */
export async function sendStream(response: ServerResponse, reply: Response): Promise<void> {
  const reader = reply.body?.getReader();
  response.writeHead(reply.status, { Connection: 'close' });
  if (reader === undefined || response.req.method === 'HEAD') {
    void reader?.cancel().catch(() => undefined);
    response.end();
    return;
  }
  response.on('close', () => void reader.cancel().catch(() => undefined));
  response.flushHeaders();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    // Whoever reads slowly is waited for: what they have not read is not made yet.
    if (!response.write(piece.value) && !response.closed) await Promise.race([once(response, 'drain'), once(response, 'close')]);
  }
  response.end();
}
