// The bare server that the engine is compared with: node:http, the body collected and parsed, a small JSON answer. Nothing is kept.
// Argument: the number of bytes of the answer (0: the acknowledgement of a batch).
import { createServer } from 'node:http';
import { tell, whenStopped } from './child.js';

const bytes = Number(process.argv[2] ?? '0');
const empty = '{"accepted":1,"rejections":[]}';
const answer = bytes === 0 ? empty : `{"answer":"${'x'.repeat(Math.max(0, bytes - 13))}"}`;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const parsed: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    response.statusCode = typeof parsed === 'object' && parsed !== null ? 200 : 400;
    response.setHeader('Content-Type', 'application/json');
    response.end(answer);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) tell({ port: address.port });
});
whenStopped(async () => {
  server.closeAllConnections();
  server.close();
});
