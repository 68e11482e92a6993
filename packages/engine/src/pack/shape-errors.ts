// What a schema has against a value, for whoever wrote the value. Where a part may have one of several forms that are told apart by their
// `kind`, a validator complains for each form; what the forms of other kinds would need is left out.
import type { ErrorObject } from 'ajv/dist/2020.js';

export interface ShapeError {
  /** JSON pointer (RFC 6901), also to what is missing or not wanted. */
  readonly field: string;
  readonly sentence: string;
}

export function shapeErrors(errors: readonly ErrorObject[]): ShapeError[] {
  const others = errors.filter(isOfAnotherKind).map(({ schemaPath, instancePath }) => ({
    form: schemaPath.replace(/\/properties\/kind\/[^/]+$/u, '/'),
    part: instancePath.replace(/\/kind$/u, ''),
  }));
  const about = errors.filter(
    ({ schemaPath, instancePath }) => !others.some(({ form, part }) => schemaPath.startsWith(form) && isIn(instancePath, part)),
  );
  // That no form fits is said only where nothing else is.
  const said = about.filter(
    (error) => error.keyword !== 'anyOf' || !about.some((each) => each !== error && isIn(each.instancePath, error.instancePath)),
  );
  return said.map((error) => shapeError(error, said));
}

function isOfAnotherKind({ schemaPath, keyword }: ErrorObject): boolean {
  return (keyword === 'const' || keyword === 'enum') && /\/anyOf\/\d+\/properties\/kind\/[^/]+$/u.test(schemaPath);
}

function isIn(path: string, part: string): boolean {
  return path === part || path.startsWith(`${part}/`);
}

function shapeError({ instancePath, schemaPath, message, params }: ErrorObject, all: readonly ErrorObject[]): ShapeError {
  const { additionalProperty: added, missingProperty: missing } = params as { readonly [name: string]: unknown };
  const named = typeof added === 'string' ? added : typeof missing === 'string' ? missing : undefined;
  // Of forms without a kind it may be the one or the other: what each needs is not what is missing.
  const isOnlyForm = !all.some((each) => isAlternative(each, schemaPath) && isIn(each.instancePath, instancePath));
  if (named === undefined || !isOnlyForm) return { field: instancePath, sentence: message ?? 'it does not have the shape of a pack' };
  const field = `${instancePath}/${named.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return { field, sentence: typeof added === 'string' ? 'there is no such property' : 'it is missing' };
}

/** Does it come from another form of the same part? */
function isAlternative({ schemaPath: other }: ErrorObject, schemaPath: string): boolean {
  const [, forms, form] = /^(.*\/anyOf\/)(\d+)\//u.exec(schemaPath) ?? [];
  return forms !== undefined && other.startsWith(forms) && !other.startsWith(`${forms}${form}/`);
}
