// The salts of a tenant: `tenant.json` of a data folder. A salt that has changed forgets who was erased and gives other draws, silently: so
// the file carries a checksum over all else in it, and what does not fit is refused. Files of before it have none once, and get it at their
// next opening. Non-goal: hiding it; it is kept with the keys' care.
import { Buffer } from 'node:buffer';
import { Sha256 } from '../adapters/sha256.js';
import { canonicalJson } from '../base/canonical-json.js';
import { CodedError } from '../base/errors.js';
import { fromBase64, toBase64 } from '../base/strict-base64.js';
import type { Disk } from '../ports/disk.js';
import type { Entropy } from '../ports/entropy.js';

export const tenantFile = 'tenant.json';
const format = 'ethogram-tenant/1';
const saltBytes = 32;

/** They key hashes and draws. */
export interface Tenant {
  readonly format: typeof format;
  readonly hashKey: readonly [number, number];
  /** Base 64. */
  readonly drawSalt: string;
}

/** Reads the tenant's salts, or makes them at the first opening. Rejects with CodedError tenant_damaged. */
export async function openTenant(disk: Disk, entropy: Entropy): Promise<Tenant> {
  if (!disk.exists(tenantFile)) {
    const words = Buffer.from(entropy.bytes(8));
    const hashKey = [words.readUInt32LE(0), words.readUInt32LE(4)] as const;
    return write(disk, { format, hashKey, drawSalt: toBase64(entropy.bytes(saltBytes)) });
  }
  const file = disk.open(tenantFile);
  const bytes = file.read(0, file.size());
  file.close();
  const { tenant, isChecked } = tenantIn(bytes);
  return isChecked ? tenant : write(disk, tenant);
}

/** What such a file says; `isChecked`: it carries its checksum. Throws CodedError tenant_damaged. */
export function tenantIn(file: Uint8Array): { readonly tenant: Tenant; readonly isChecked: boolean } {
  const { check, ...rest } = objectIn(file);
  const { format: found, hashKey, drawSalt, ...more } = rest;
  const isShaped = found === format && isWords(hashKey) && typeof drawSalt === 'string' && fromBase64(drawSalt)?.length === saltBytes;
  if (!isShaped || Object.keys(more).length > 0) throw new CodedError('tenant_damaged', 'it does not have its shape');
  const tenant: Tenant = { format, hashKey, drawSalt };
  if (check !== undefined && check !== checkOf(tenant)) throw new CodedError('tenant_damaged', 'its checksum does not hold');
  return { tenant, isChecked: check !== undefined };
}

async function write(disk: Disk, tenant: Tenant): Promise<Tenant> {
  const draft = `${tenantFile}.new`;
  const file = disk.open(draft, { create: true });
  try {
    file.truncate(0);
    file.write(0, Buffer.from(`${JSON.stringify({ ...tenant, check: checkOf(tenant) })}\n`));
    await file.sync();
  } finally {
    file.close();
  }
  disk.rename(draft, tenantFile);
  await disk.syncFolder('');
  return tenant;
}

function checkOf(tenant: Tenant): string {
  const hash = new Sha256();
  hash.add(Buffer.from(canonicalJson(tenant), 'utf8'));
  return hash.hex();
}

function objectIn(file: Uint8Array): { readonly [name: string]: unknown } {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(file));
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // told below
  }
  throw new CodedError('tenant_damaged', 'it is no JSON object');
}

function isWords(value: unknown): value is readonly [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every((word) => Number.isInteger(word) && word >= 0 && word <= 0xffff_ffff);
}
