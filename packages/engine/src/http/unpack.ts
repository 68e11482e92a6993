// Bodies are looked at, not believed: gzip is known by its magic bytes, whatever Content-Type and Content-Encoding say (RudderStack's Node
// SDK labels gzip as a form). Unpacking stops at the limit: a bomb costs one limit of memory and answers body_too_large.
import { gunzipSync } from 'node:zlib';
import { limits } from '../base/limits.js';
import { fail, ok, type Result } from '../base/result.js';

export function isPacked(body: Buffer): boolean {
  return body.length > 2 && body[0] === 0x1f && body[1] === 0x8b;
}

/** The body as it was before packing. Fails with body_too_large or body_packing. */
export function unpacked(body: Buffer): Result<Buffer> {
  if (!isPacked(body)) return ok(body);
  try {
    // Inflates in steps of 16 KiB and stops at the step that goes beyond the limit.
    return ok(gunzipSync(body, { maxOutputLength: limits.bodyUnpackedBytesMax }));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return fail(code === 'ERR_BUFFER_TOO_LARGE' ? 'body_too_large' : 'body_packing');
  }
}
