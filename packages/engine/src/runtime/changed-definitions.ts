// Definitions that an engine is opened with, against those in the log.
import { canonicalJson } from '../base/canonical-json.js';
import { CodedError } from '../base/errors.js';
import type { Definitions } from '../model/definitions.js';
import { checkDefinitions } from '../understand/segments/check-definitions.js';
import { builtInTraits } from './default-traits.js';

/** What has to be put into the log; undefined: nothing. Throws CodedError definitions_wrong. */
export function changedDefinitions(asked: Definitions | undefined, held: Definitions): Definitions | undefined {
  if (asked === undefined) return undefined;
  const definitions = JSON.parse(JSON.stringify(asked)) as Definitions; // as the log will give it back
  if (canonicalJson(definitions) === canonicalJson(held)) return undefined;
  const [problem] = checkDefinitions(definitions, builtInTraits);
  if (problem !== undefined) throw new CodedError('definitions_wrong', `${problem.field}: ${problem.sentence}`);
  return definitions;
}
