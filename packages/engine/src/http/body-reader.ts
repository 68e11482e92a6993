// Reads a body: collects chunks, stops at the limit while they stream in, joins only when there is more than one. No promise, no copy of a
// body that came in one piece. What became of a sender that is cut off in the middle: nothing, its chunks are dropped with the request.
import type { IncomingMessage } from 'node:http';

/** Calls `done` once: with the body, or with null as soon as it is longer than `bytesMax`. Not at all when the sender went away. */
export function readBody(request: IncomingMessage, bytesMax: number, done: (body: Buffer | null) => void): void {
  const announced = request.headers['content-length'];
  if (announced !== undefined && Number(announced) > bytesMax) {
    done(null);
    return;
  }
  let only: Buffer | null = null;
  let several: Buffer[] | null = null;
  let bytes = 0;
  const take = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > bytesMax) {
      request.off('data', take);
      request.off('end', finish);
      done(null);
    } else if (only === null) only = chunk;
    else if (several === null) several = [only, chunk];
    else several.push(chunk);
  };
  const finish = (): void => done(several === null ? (only ?? Buffer.alloc(0)) : Buffer.concat(several, bytes));
  request.on('data', take);
  request.on('end', finish);
}
