// Writes src/api.ts, the shapes of the wire, from docs/openapi.json: run it after the document has changed; a test says when it has not
// been.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const nameOf = (ref) => ref.slice(ref.lastIndexOf('/') + 1);
const key = (name) => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name));

/** A JSON Schema of the document as a TypeScript type. What a type cannot say (lengths, patterns) is left out. */
function typeOf(schema) {
  if (schema.$ref !== undefined) return nameOf(schema.$ref);
  if (schema.not !== undefined) return 'never';
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return `(${schema.enum.map((each) => JSON.stringify(each)).join(' | ')})`;
  if (schema.anyOf !== undefined) return `(${schema.anyOf.map(typeOf).join(' | ')})`;
  if (schema.allOf !== undefined) return `(${schema.allOf.map(typeOf).join(' & ')})`;
  switch (schema.type) {
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'array':
      return `readonly ${wrapped(typeOf(schema.items ?? {}))}[]`;
    default:
      return schema.type === 'object' || schema.properties !== undefined ? objectOf(schema) : 'unknown';
  }
}

const wrapped = (type) => (type.startsWith('readonly ') ? `(${type})` : type);

function objectOf({ properties = {}, required = [], patternProperties, additionalProperties, propertyNames }) {
  const members = Object.entries(properties).map(
    ([name, schema]) => `readonly ${key(name)}${required.includes(name) ? '' : '?'}: ${typeOf(schema)}`,
  );
  const rest = patternProperties === undefined ? additionalProperties : Object.values(patternProperties)[0];
  if (members.length > 0) return `{ ${members.join('; ')} }`;
  const names = propertyNames?.$ref === undefined ? 'string' : nameOf(propertyNames.$ref);
  const value = typeof rest === 'object' ? typeOf(rest) : 'unknown';
  return names === 'string' ? `{ readonly [name: string]: ${value} }` : `{ readonly [name in ${names}]?: ${value} }`;
}

export function generate() {
  const { components } = JSON.parse(readFileSync(at('../../../docs/openapi.json'), 'utf8'));
  const types = Object.entries(components.schemas).map(([name, schema]) => `export type ${name} = ${typeOf(schema)};`);
  const head = '// Generated from docs/openapi.json by scripts/generate.mjs: the shapes of the wire. Change them there.\n\n';
  return `${head}${types.join('\n\n')}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(at('../src/api.ts'), generate());
  spawnSync(process.execPath, [at('../../../node_modules/oxfmt/bin/oxfmt'), at('../src/api.ts')], { stdio: 'inherit' });
}
