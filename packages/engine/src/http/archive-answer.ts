// All that is kept about one person, as a ZIP that is written while it is sent: for the host (archive-routes.ts) and for the person
// themself (the portal). Invariant: what is refused is refused before the first byte, and what leaves is in the history before it does.
import type { AdminAct } from '../model/system-event.js';
import type { Engine } from '../runtime/engine.js';
import { refuse, type Headers } from './cold-answer.js';

/** `by`: the id of the caller's key, `operator`, or `person`. Throws CodedError: subject_unknown. */
export async function archiveAnswer(engine: Engine, subject: string, by: AdminAct['by'], headers: Headers): Promise<Response> {
  const archive = engine.archive(subject);
  let next = await archive.next();
  // Named after nobody: an erasure that comes meanwhile must find all that names the person.
  const noted = await engine.answers.act({ what: 'person.exported', by, why: '', about: '' });
  if (!noted.ok) {
    await archive.return(undefined);
    return refuse(noted);
  }
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
  return new Response(body, { headers: { 'Content-Type': 'application/zip', 'Cache-Control': 'no-store', ...headers } });
}
