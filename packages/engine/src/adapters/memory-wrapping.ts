// A key service in memory: a stand-in for a KMS, which keeps its keys to itself. For tests and the simulator.
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { CodedError } from '../base/errors.js';
import type { Entropy } from '../ports/entropy.js';
import type { Wrapping } from '../ports/wrapping.js';

const tagBytes = 16;
const nonceBytes = 12;

export class MemoryWrapping implements Wrapping {
  readonly #entropy: Entropy;
  readonly #keys = new Map<string, Uint8Array>();
  #made = 0;

  constructor(entropy: Entropy) {
    this.#entropy = entropy;
  }

  create(owner: string): Promise<string> {
    this.#made += 1;
    const name = `${owner}/versions/${this.#made}`;
    this.#keys.set(name, this.#entropy.bytes(32));
    return Promise.resolve(name);
  }

  async wrap(name: string, key: Uint8Array): Promise<Uint8Array> {
    const own = await this.#key(name);
    const nonce = this.#entropy.bytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', own, nonce, { authTagLength: tagBytes });
    const sealed = Buffer.concat([cipher.update(key), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  async unwrap(name: string, wrapped: Uint8Array): Promise<Uint8Array> {
    const own = await this.#key(name);
    const bytes = Buffer.from(wrapped);
    const decipher = createDecipheriv('aes-256-gcm', own, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes });
    try {
      decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
      return Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]);
    } catch {
      throw new CodedError('wrapping_key', 'it does not open the key store');
    }
  }

  names(owner: string): Promise<readonly string[]> {
    return Promise.resolve([...this.#keys.keys()].filter((name) => name.startsWith(`${owner}/`)));
  }

  destroy(name: string): Promise<void> {
    this.#keys.get(name)?.fill(0);
    this.#keys.delete(name);
    return Promise.resolve();
  }

  #key(name: string): Promise<Uint8Array> {
    const key = this.#keys.get(name);
    return key === undefined ? Promise.reject(new CodedError('wrapping_key', 'there is none of that name')) : Promise.resolve(key);
  }
}
