// The OpenAPI 3.1 document, made of the schemas and the table of operations; and its route. docs/openapi.json is the same, written by
// ETHOGRAM_WRITE_OPENAPI=1 and the test that holds the two equal.
import { Type } from '@sinclair/typebox';
import { limits } from '../base/limits.js';
import { operations, type Operation } from './open-api-operations.js';
import { ref, schemas } from './open-api-schemas.js';
import type { RouteTable } from './route-table.js';

const components = {
  ...schemas,
  CloudEventBatch: Type.Array(ref('CloudEvent'), { maxItems: limits.batchEventsMax }),
};

function content(media: Readonly<Record<string, string | null>>): object {
  return Object.fromEntries(Object.entries(media).map(([type, name]) => [type, name === null ? {} : { schema: ref(name) }]));
}

function described({ id, summary, needs, takes, gives, errors = 'Error', path, query = [] }: Operation): object {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  const inQuery = query.map((name) => ({ name, in: 'query', schema: { type: 'string' } }));
  return {
    operationId: id,
    summary,
    ...(needs === 'none' ? { security: [] } : { description: `Where the server has keys: one of the kind ${needs} or above.` }),
    ...(inPath.length + inQuery.length === 0 ? {} : { parameters: [...inPath, ...inQuery] }),
    ...(takes === undefined ? {} : { requestBody: { content: content(takes) } }),
    responses: {
      200: { description: 'Done.', content: content(gives) },
      default: {
        description: 'A coded error: docs/errors.md.',
        // The portal tells the person behind the browser on a page; what the door refuses before that is JSON there too.
        content: { 'application/json': { schema: ref(errors) }, ...(/^\/me(\/|$)/.test(path) ? { 'text/html': {} } : {}) },
      },
    },
  };
}

export function openApiDocument(): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[operation.method.toLowerCase()] = described(operation);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Ethogram',
      version: '0',
      description: 'The HTTP API of an Ethogram server. Errors and their codes: docs/errors.md; limits: docs/limits.md.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { basic: [] }, { apiKey: [] }, {}],
    paths,
    components: {
      schemas: components,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        basic: { type: 'http', scheme: 'basic', description: 'The key as the user, no password.' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
    },
  };
}

export function addOpenApi(table: RouteTable): void {
  const text = `${JSON.stringify(openApiDocument(), null, 1)}\n`;
  table.add(
    'GET',
    '/openapi.json',
    { needs: 'none', browser: true },
    () => new Response(text, { headers: { 'Content-Type': 'application/json' } }),
  );
}
