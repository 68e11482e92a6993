// Sends an answer that has no end yet, or is long: each piece goes out as it comes and waits for a slow reader; when the reader goes away
// the source is told, and when the source fails the reader sees the connection end.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

export function isStream(reply: Response): boolean {
  const type = reply.headers.get('content-type');
  return type === 'text/event-stream' || type === 'application/zip';
}

/** Resolves when the source has ended or the reader has gone. */
export async function sendStream(response: ServerResponse, reply: Response): Promise<void> {
  const reader = reply.body?.getReader();
  response.writeHead(reply.status, { Connection: 'close' });
  if (reader === undefined) {
    response.end();
    return;
  }
  response.on('close', () => void reader.cancel().catch(() => undefined));
  response.flushHeaders();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    if (response.write(piece.value) || response.destroyed) continue;
    await Promise.race([once(response, 'drain'), once(response, 'close')]);
  }
  response.end();
}
