// Where the wrapping key of a data folder lies, as the environment says: ETHOGRAM_WRAPPING, a folder outside of it. An environment variable
// and not an option, because every command that opens the folder needs it.
import { resolve } from 'node:path';

/** Undefined: inside the data folder. */
export function wrappingPlace(): string | undefined {
  const named = process.env['ETHOGRAM_WRAPPING'] ?? '';
  return named === '' ? undefined : resolve(named);
}
