// GET /v1/subjects/ID/archive: all that is kept about one person, as a ZIP that is written while it is sent.
import type { Engine } from '../runtime/engine.js';
import { refuse } from './cold-answer.js';
import { isId } from './id.js';
import type { RouteTable } from './route-table.js';

export function addArchive(table: RouteTable, engine: Engine): void {
  table.add('GET', '/v1/subjects/:id/archive', { needs: 'secret' }, async ({ param, key }) => {
    const id = param('id');
    if (!isId(id)) return refuse({ code: 'subject_unknown' });
    const archive = engine.archive(id);
    // What is refused is refused before the first byte.
    let next = await archive.next();
    // Named after nobody: an erasure that comes meanwhile must find all that names the person.
    await engine.answers.act({ what: 'person.exported', by: key?.id ?? 'operator', why: '', about: '' });
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          if (next.done === true) return controller.close();
          controller.enqueue(next.value);
          next = await archive.next();
        },
        async cancel() {
          await archive.return(undefined);
        },
      },
      { highWaterMark: 0 },
    );
    return new Response(body, {
      headers: {
        'Content-Type': 'application/zip',
        'Content-Disposition': 'attachment; filename="archive.zip"',
        'Cache-Control': 'no-store',
      },
    });
  });
}
