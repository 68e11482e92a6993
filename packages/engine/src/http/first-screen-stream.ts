// Sends an answer that has no end yet: each piece goes out as it comes, and when the reader goes away the source is told.
import type { ServerResponse } from 'node:http';

export function isStream(reply: Response): boolean {
  return reply.headers.get('content-type') === 'text/event-stream';
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
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) response.write(piece.value);
  response.end();
}
