// AES key wrap, RFC 3394 with its default initial value. The key store wraps keys of 32 bytes under one of 32; other sizes are taken so
// that published test vectors run through this very code. Below two blocks of 8 bytes there is nothing to wrap (NIST SP 800-38F).
import { Buffer } from 'node:buffer';
import { createCipheriv, createDecipheriv } from 'node:crypto';

const initialValue = Buffer.alloc(8, 0xa6);
const blockBytes = 8;

function nameOf(wrapping: Uint8Array): string {
  return `id-aes${wrapping.length * 8}-wrap`;
}

/** 8 bytes longer than the key. Throws RangeError for a length that cannot be wrapped. */
export function wrapKey(wrapping: Uint8Array, key: Uint8Array): Buffer {
  if (key.length % blockBytes !== 0 || key.length < 2 * blockBytes) throw new RangeError('a key of whole blocks, two or more, is wrapped');
  const cipher = createCipheriv(nameOf(wrapping), wrapping, initialValue);
  return Buffer.concat([cipher.update(key), cipher.final()]);
}

/** The key; undefined when it was not wrapped under this one, or was changed. */
export function unwrapKey(wrapping: Uint8Array, wrapped: Uint8Array): Buffer | undefined {
  if (wrapped.length % blockBytes !== 0 || wrapped.length < 3 * blockBytes) return undefined;
  const decipher = createDecipheriv(nameOf(wrapping), wrapping, initialValue);
  try {
    return Buffer.concat([decipher.update(wrapped), decipher.final()]);
  } catch {
    return undefined;
  }
}
