// The routes of the desk and of recipients. The host vouches for people with its secret key; a person comes with a link that the host had
// sealed, or with a signature of their own device; operators answer with the admin key.
import { ok, type Result } from '../base/result.js';
import type { Engine } from '../runtime/engine.js';
import { answer, refuse } from './cold-answer.js';
import { isId } from '../model/id.js';
import { isObject } from './json-body.js';
import { parseDisclosure, parseProof, parsePublicKey, parseRequest, parseText } from './requests-body.js';
import type { Asked, RouteTable } from './route-table.js';
import { callerOf, unmasked } from './unmasked-answer.js';

const states = ['open', 'answered', 'refused'] as const;

export function addRequests(table: RouteTable, engine: Engine): void {
  const { desk, tellings } = engine;
  /** What is done at a request shows whose it is. */
  const seen = async ({ param, key }: Asked, then: (id: string) => Promise<Response>): Promise<Response> => {
    const found = desk.get(param('id'));
    const noted = found.ok ? await engine.unmaskings.note(callerOf(key), [found.value.subject]) : found;
    return noted.ok ? then(param('id')) : refuse(noted);
  };
  const forSubject = { needs: 'secret' } as const;
  const forPages = { needs: 'write', browser: true } as const;
  const forOperators = { needs: 'admin' } as const;
  table.add('POST', '/v1/subjects/:id/proof-links', forSubject, (asked) => named(asked, (id) => answer(desk.link(id))));
  table.add('POST', '/v1/subjects/:id/devices', forSubject, (asked) =>
    withBody(asked, parsePublicKey, async (key) => answer(await desk.register(asked.param('id'), key, true))),
  );
  table.add('POST', '/v1/subjects/:id/requests', forSubject, (asked) =>
    named(asked, (id) =>
      withBody(asked, parseRequest, async ({ kind, wish, authority }) =>
        answer(await desk.open(id, kind, { kind: 'account' }, wish, authority)),
      ),
    ),
  );
  table.add('POST', '/v1/challenges', forPages, (asked) => withBody(asked, parseSubject, (subject) => answer(desk.challenge(subject))));
  table.add('POST', '/v1/devices', forPages, (asked) =>
    withBody(asked, parseSubject, (subject) =>
      withBody(asked, parsePublicKey, async (key) => answer(await desk.register(subject, key, false))),
    ),
  );
  table.add('POST', '/v1/requests', forPages, (asked) =>
    withBody(asked, parseProof, ({ subject, proof }) =>
      withBody(asked, parseRequest, async ({ kind, wish, authority }) => answer(await desk.open(subject, kind, proof, wish, authority))),
    ),
  );
  table.add('GET', '/v1/requests', forSubject, ({ query, key }) => {
    const state = states.find((each) => each === query('state'));
    if (query('state') !== undefined && state === undefined) return refuse({ code: 'body_shape', field: '/state' });
    return unmasked(
      engine,
      key,
      () => ok({ requests: desk.list(state) }),
      ({ requests }) => requests.map(({ subject }) => subject),
    );
  });
  table.add('GET', '/v1/requests/:id', forSubject, ({ param, key }) =>
    unmasked(
      engine,
      key,
      () => desk.get(param('id')),
      ({ subject }) => [subject],
    ),
  );
  table.add('POST', '/v1/requests/:id/extension', forOperators, (asked) =>
    withBody(asked, reasonIn, (reason) => seen(asked, async (id) => answer(await desk.extend(id, reason)))),
  );
  table.add('POST', '/v1/requests/:id/refusal', forOperators, (asked) =>
    withBody(asked, reasonIn, (reason) => seen(asked, async (id) => answer(await desk.refuse(id, reason)))),
  );
  table.add('POST', '/v1/requests/:id/answer', forOperators, (asked) =>
    withBody(
      asked,
      (body) => parseText(body, 'text'),
      (text) => seen(asked, async (id) => answer(await desk.answer(id, text))),
    ),
  );
  table.add('POST', '/v1/subjects/:id/recipients', forSubject, (asked) =>
    withBody(asked, parseDisclosure, async (disclosure) => answer(await tellings.disclose(asked.param('id'), disclosure))),
  );
  table.add('GET', '/v1/notices', forSubject, ({ query }) => answer(ok({ notices: tellings.list(query('recipient')) })));
  table.add('POST', '/v1/notices/:id/acknowledgement', forSubject, async ({ param }) => answer(await tellings.acknowledge(param('id'))));
}

function reasonIn(body: unknown): Result<string> {
  return parseText(body, 'reason');
}

function parseSubject(body: unknown): Result<string> {
  const subject = isObject(body) ? body['subject'] : undefined;
  return isId(subject) ? ok(subject) : { ok: false, code: 'body_shape', field: '/subject' };
}

function named({ param }: Asked, then: (id: string) => Promise<Response> | Response): Promise<Response> | Response {
  const id = param('id');
  return isId(id) ? then(id) : refuse({ code: 'subject_unknown' });
}

function withBody<T>(
  { json }: Asked,
  parse: (body: unknown) => Result<T>,
  then: (value: T) => Promise<Response> | Response,
): Promise<Response> | Response {
  const body = json();
  const parsed = body.ok ? parse(body.value) : body;
  return parsed.ok ? then(parsed.value) : refuse(parsed);
}
