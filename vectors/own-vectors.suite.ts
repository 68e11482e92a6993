// Our own test vectors, made by the naive reference and by plain calls of node:crypto, not by the code that they test: proofs of every leaf
// and every two sizes of small trees with ways to spoil them, cases of canonical JSON, sealed, wrapped and signed bytes. vectors/own/ holds
// what this makes; a test holds the two equal (ETHOGRAM_WRITE_VECTORS=1 writes them).
import { createCipheriv, createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { naiveConsistency, naiveLeaf, naivePath, naiveRoot } from '../packages/engine/src/answer/ledger/naive-tree.suite.js';

type Vector = Readonly<Record<string, unknown>>;

const treeSize = 7;
const data = Array.from({ length: treeSize }, (_, index) => Buffer.from(`ethogram vector ${index}`));
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const filler = (label: string): Buffer => createHash('sha256').update(label).digest();

function spoilt(proof: readonly Buffer[]): (readonly [string, readonly Buffer[]])[] {
  const changed = proof.map((hash) => Buffer.from(hash));
  const [first] = changed;
  if (first !== undefined) first[0] = (first[0] ?? 0) ^ 1;
  const all: (readonly [string, readonly Buffer[]])[] = [['extended proof', [...proof, filler('extended')]]];
  if (proof.length > 0) all.push(['truncated proof', proof.slice(0, -1)], ['changed proof', changed]);
  if (proof.length > 1) all.push(['reordered proof', proof.toReversed()]);
  return all;
}

export function inclusionVectors(): Vector[] {
  return Array.from({ length: treeSize }, (_, at) => at + 1).flatMap((size) =>
    Array.from({ length: size }, (_, index) => index).flatMap((index) => {
      const proof = naivePath(index, data, size);
      const root = naiveRoot(data, 0, size);
      const leaf = naiveLeaf(data[index] ?? Buffer.alloc(0));
      const made = (desc: string, wantErr: boolean, change: Vector = {}): Vector => {
        const shown = proof.length === 0 ? null : proof.map(base64);
        return { leafIdx: index, treeSize: size, root: base64(root), leafHash: base64(leaf), proof: shown, desc, wantErr, ...change };
      };
      return [
        made(`${index} of ${size}`, false),
        ...spoilt(proof).map(([desc, other]) => made(desc, true, { proof: other.map(base64) })),
        made('index beyond the size', true, { leafIdx: size }),
        made('size 0', true, { treeSize: 0 }),
        made('another root', true, { root: base64(filler('root')) }),
      ];
    }),
  );
}

export function consistencyVectors(): Vector[] {
  return Array.from({ length: treeSize }, (_, at) => at + 1).flatMap((size2) =>
    Array.from({ length: size2 }, (_, at) => at + 1).flatMap((size1) => {
      const proof = naiveConsistency(size1, data, size2);
      const [root1, root2] = [naiveRoot(data, 0, size1), naiveRoot(data, 0, size2)];
      const made = (desc: string, wantErr: boolean, change: Vector = {}): Vector => {
        const shown = proof.length === 0 ? null : proof.map(base64);
        return { size1, size2, root1: base64(root1), root2: base64(root2), proof: shown, desc, wantErr, ...change };
      };
      return [
        made(`${size1} in ${size2}`, false),
        ...spoilt(proof).map(([desc, other]) => made(desc, true, { proof: other.map(base64) })),
        made('from the empty tree', true, { size1: 0, root1: base64(naiveRoot([])) }),
        made('larger before', true, { size1: size2 + 1 }),
        made('another second root', true, { root2: base64(filler('root2')) }),
      ];
    }),
  );
}

export function canonicalVectors(): Vector[] {
  return [
    {
      name: 'order by UTF-16 code units',
      input: '{"\\ufb33":1,"\\ud83d\\ude00":2,"a":3,"\\u20ac":4}',
      output: '{"a":3,"\u20ac":4,"\ud83d\ude00":2,"\ufb33":1}',
    },
    {
      name: 'numbers',
      input: '[0.0, -0, 1E30, 4.50, 2e-3, 1e-27, 333333333.33333329, 1e21, 0.000001, 1e-7]',
      output: '[0,0,1e+30,4.5,0.002,1e-27,333333333.3333333,1e+21,0.000001,1e-7]',
    },
    { name: 'escapes', input: '"\\u000a\\u001f\\u007f\\/\\"\\\\"', output: '"\\n\\u001f\u007f/\\"\\\\"' },
    {
      name: 'space and nesting',
      input: ' { "b" : [ { } , [ ] ] , "a" : { "z" : null , "y" : true } } ',
      output: '{"a":{"y":true,"z":null},"b":[{},[]]}',
    },
    { name: 'a lone surrogate', input: '"\\ud800"', wantErr: true },
    { name: 'a name twice', input: '{"a":1,"\\u0061":2}', wantErr: true },
    { name: 'a number beyond doubles', input: '[1e999]', wantErr: true },
    { name: 'no JSON', input: '{a:1}', wantErr: true },
  ];
}

/** In Wycheproof's form: a valid one of each algorithm, and what comes of changing a byte. */
export function wycheproofFiles(): Readonly<Record<string, Vector>> {
  const [key, nonce, aad, msg] = [filler('key'), filler('nonce').subarray(0, 12), filler('aad'), Buffer.from('a message')];
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad);
  const ct = Buffer.concat([cipher.update(msg), cipher.final()]);
  const tag = cipher.getAuthTag();
  const wrap = createCipheriv('id-aes256-wrap', key, Buffer.alloc(8, 0xa6));
  const wrapped = Buffer.concat([wrap.update(filler('wrapped')), wrap.final()]);
  const holder = createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), key]),
    format: 'der',
    type: 'pkcs8',
  });
  const pk = createPublicKey(holder).export({ format: 'der', type: 'spki' }).subarray(-32);
  const sig = sign(null, msg, holder);
  const hex = (fields: Readonly<Record<string, Uint8Array>>): Vector =>
    Object.fromEntries(Object.entries(fields).map(([name, bytes]) => [name, Buffer.from(bytes).toString('hex')]));
  const changed = (bytes: Buffer): Buffer => Buffer.from(bytes).fill((bytes[0] ?? 0) ^ 1, 0, 1);
  const file = (algorithm: string, group: Vector, tests: readonly (readonly [Vector, string])[]): Vector => ({
    algorithm,
    testGroups: [{ ...group, tests: tests.map(([fields, result], at) => ({ tcId: at + 1, comment: '', flags: [], ...fields, result })) }],
  });
  const sealed = { key, iv: nonce, aad, msg, ct, tag };
  return {
    'aes-gcm.json': file('AES-GCM', { keySize: 256, ivSize: 96, tagSize: 128, type: 'AeadTest' }, [
      [hex(sealed), 'valid'],
      [hex({ ...sealed, tag: changed(tag) }), 'invalid'],
      [hex({ ...sealed, ct: changed(ct) }), 'invalid'],
      [hex({ ...sealed, aad: changed(aad) }), 'invalid'],
      [hex({ ...sealed, iv: Buffer.alloc(0) }), 'invalid'],
    ]),
    'aes-kw.json': file('AES-WRAP', { keySize: 256, type: 'KeywrapTest' }, [
      [hex({ key, msg: filler('wrapped'), ct: wrapped }), 'valid'],
      [hex({ key, msg: filler('wrapped'), ct: changed(wrapped) }), 'invalid'],
      [hex({ key, msg: Buffer.alloc(0), ct: Buffer.alloc(8, 0xa6) }), 'invalid'],
      [hex({ key, msg: Buffer.alloc(20), ct: Buffer.alloc(0) }), 'invalid'],
    ]),
    'ed25519.json': file(
      'EDDSA',
      { type: 'EddsaVerify', publicKey: { type: 'EDDSAPublicKey', curve: 'edwards25519', keySize: 255, pk: pk.toString('hex') } },
      [
        [hex({ msg, sig }), 'valid'],
        [hex({ msg: changed(msg), sig }), 'invalid'],
        [hex({ msg, sig: changed(sig) }), 'invalid'],
        [hex({ msg, sig: sig.subarray(0, 63) }), 'invalid'],
        [hex({ msg, sig: Buffer.alloc(0) }), 'invalid'],
      ],
    ),
  };
}
