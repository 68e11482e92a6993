// Base 64 by RFC 4648 section 4 with its padding, read strictly: a text that another text would decode to as well is refused, so nothing
// that was signed has two spellings.
import { Buffer } from 'node:buffer';

/** The bytes; undefined for what is not the one spelling of any bytes. */
export function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}
