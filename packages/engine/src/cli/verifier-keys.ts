// The option --key of what checks signatures: a verifier key as the server publishes it (`name+id+base64`), or a file with such lines.
import { existsSync, readFileSync } from 'node:fs';
import { parseVerifierKey, type VerifierKey } from '../answer/ledger/signed-note.js';
import { UsageError, type Arguments } from './arguments.js';
import type { OptionsConfig } from './command.js';

export const keyOption = {
  key: {
    type: 'string',
    value: 'KEY',
    help: 'the public key, `name+id+base64` as GET /v1/ledger/keys shows it, or a FILE with such lines',
  },
} as const satisfies OptionsConfig;

/** Throws UsageError when there is none, or one that cannot be read. */
export function verifierKeys(args: Arguments): VerifierKey[] {
  return keysIn(args.needed('key', 'the public key that you trust, from elsewhere than the file itself'));
}

function keysIn(given: string): VerifierKey[] {
  const text = existsSync(given) ? readFileSync(given, 'utf8') : given;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const keys = lines.map(parseVerifierKey).filter((key) => key !== undefined);
  if (keys.length === 0 || keys.length !== lines.length)
    throw new UsageError('--key is no Ed25519 verifier key of the form name+id+base64');
  return keys;
}
