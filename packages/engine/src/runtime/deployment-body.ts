// The deployment file: JSON, checked against a closed schema, so that a word that is misspelt is refused instead of being no declaration.
import { Type, type Static } from '@sinclair/typebox';
import { Ajv } from 'ajv';
import { limits } from '../base/limits.js';
import { lazily } from '../base/lazily.js';
import { fail, ok, type Result } from '../base/result.js';
import { sectors, uses, type Deployment } from '../model/deployment.js';
import { purposes } from '../model/purpose.js';

const closed = { additionalProperties: false } as const;
const name = Type.String({ minLength: 1, maxLength: limits.idCharsMax });
const many = { maxItems: limits.excludePerRequestMax, uniqueItems: true } as const;
const word = <T extends string>(words: readonly T[]) => Type.Union(words.map((each) => Type.Literal(each)));
const sector = word(sectors);

const point = Type.Object(
  {
    sector: Type.Optional(sector),
    effect: Type.Optional(word(['none', 'significant'] as const)),
    human: Type.Optional(name),
    brings: Type.Optional(word(['hold', 'refusal'] as const)),
    reads: Type.Optional(Type.Array(name, many)),
  },
  closed,
);

const deploymentSchema = Type.Object(
  {
    region: Type.Optional(Type.Array(Type.String({ pattern: '^[A-Z]{2}$' }), many)),
    sectors: Type.Optional(Type.Array(sector, many)),
    purposes: Type.Optional(Type.Array(word(purposes), many)),
    uses: Type.Optional(Type.Array(word(uses), many)),
    eventTypes: Type.Optional(Type.Record(name, Type.Object({ sector }, closed))),
    points: Type.Optional(Type.Record(name, point)),
  },
  closed,
);

const checkOf = lazily(() => new Ajv({ allErrors: false, strict: true }).compile<Static<typeof deploymentSchema>>(deploymentSchema));

/** Fails with deployment_shape and the place, as a JSON pointer. */
export function parseDeployment(text: string): Result<Deployment> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fail('deployment_shape', '');
  }
  const check = checkOf();
  if (check(value)) return ok(value);
  const problem = check.errors?.[0];
  const added: unknown = problem?.params['additionalProperty'];
  return fail('deployment_shape', `${problem?.instancePath ?? ''}${typeof added === 'string' ? `/${added}` : ''}`);
}
