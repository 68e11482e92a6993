// A column of a block: the same field of several events, in the shortest of a few forms. The first byte says which:
//   0 values one by one      1 one value for all       2 texts of digits      4 the same, differences      6 the same, in equal steps
//   8 decimals: digits after the point, integers       3 integers             5 the same, differences      7 the same, in equal steps
import { decimalOf, digitsOf, numberOf, type ValuePacker, type ValueUnpacker } from './packed-value.js';
import type { PackedReader, PackedWriter } from './packed-bytes.js';

const form = {
  values: 0,
  constant: 1,
  digits: 2,
  integers: 3,
  digitsByDelta: 4,
  integersByDelta: 5,
  digitsByStep: 6,
  integersByStep: 7,
} as const;
const formDecimals = 8;
const integerMax = 1_125_899_906_842_624;

export function packColumn(values: readonly unknown[], into: PackedWriter, packer: ValuePacker): void {
  if (values.length > 1 && isConstant(values)) {
    into.byte(form.constant);
    return packer.value(values[0]);
  }
  const digits = integersOf(values, digitsIn);
  if (digits !== undefined) return packIntegers(digits, 0, into);
  const integers = integersOf(values, integerIn);
  if (integers !== undefined) return packIntegers(integers, 1, into);
  if (values.every((value) => typeof value === 'number') && packDecimals(values, into)) return;
  into.byte(form.values);
  for (const value of values) packer.value(value);
}

export function unpackColumn(count: number, from: PackedReader, unpacker: ValueUnpacker): unknown[] {
  const head = from.byte();
  if (head === form.values) return listOf(count, () => unpacker.value());
  if (head === form.constant) {
    const value = unpacker.value();
    return new Array<unknown>(count).fill(value);
  }
  if (head === formDecimals) {
    const point = from.byte();
    return listOf(count, () => numberOf({ point, value: from.int() }));
  }
  if (head > formDecimals) throw new RangeError('a packed column of an unknown form');
  const isNumber = head % 2 === 1;
  const found = unpackIntegers(head - (isNumber ? 1 : 0), isNumber, count, from);
  return isNumber ? found : found.map(String);
}

/** Blocks are small and many: making lists the short way (`Array.from`) took a tenth of the time of sealing. */
export function listOf<T>(count: number, next: () => T): T[] {
  const list: T[] = [];
  for (let index = 0; index < count; index += 1) list.push(next());
  return list;
}

function isConstant(values: readonly unknown[]): boolean {
  const [first] = values;
  if (typeof first === 'object' && first !== null) return false;
  for (const value of values) if (!Object.is(value, first)) return false;
  return true;
}

function digitsIn(value: unknown): number | undefined {
  return typeof value === 'string' ? digitsOf(value) : undefined;
}

function integerIn(value: unknown): number | undefined {
  return typeof value === 'number' && !Object.is(value, -0) ? value : undefined;
}

function integersOf(values: readonly unknown[], read: (value: unknown) => number | undefined): number[] | undefined {
  const found: number[] = [];
  for (const value of values) {
    const integer = read(value);
    if (integer === undefined || !Number.isInteger(integer) || Math.abs(integer) > integerMax) return undefined;
    found.push(integer);
  }
  return found;
}

/** `kind` 0: texts of digits, 1: integers. */
function packIntegers(values: readonly number[], kind: 0 | 1, into: PackedWriter): void {
  const step = (values[1] ?? 0) - (values[0] ?? 0);
  const start = into.length;
  if (values.length > 2 && isInSteps(values, step)) {
    into.byte(form.digitsByStep + kind);
    into.int(values[0] ?? 0);
    return into.int(step);
  }
  into.byte(form.digits + kind);
  // Texts of digits have no sign.
  for (const value of values) {
    if (kind === 0) into.uint(value);
    else into.int(value);
  }
  const plain = into.length - start;
  into.byte(form.digitsByDelta + kind);
  let before = 0;
  for (const value of values) {
    into.int(value - before);
    before = value;
  }
  if (into.length - start - plain >= plain) return into.cutTo(start + plain);
  const shorter = Uint8Array.from(into.bytes.subarray(start + plain));
  into.cutTo(start);
  into.raw(shorter);
}

function isInSteps(values: readonly number[], step: number): boolean {
  for (let index = 1; index < values.length; index += 1) if ((values[index] ?? 0) - (values[index - 1] ?? 0) !== step) return false;
  return true;
}

function unpackIntegers(head: number, isNumber: boolean, count: number, from: PackedReader): number[] {
  const values: number[] = [];
  const step = head === form.digitsByStep ? [from.int(), from.int()] : undefined;
  for (let index = 0; index < count; index += 1) {
    if (step !== undefined) values.push((step[0] ?? 0) + index * (step[1] ?? 0));
    else if (head === form.digitsByDelta) values.push(from.int() + (values[index - 1] ?? 0));
    else values.push(isNumber ? from.int() : from.uint());
  }
  return values;
}

function packDecimals(values: readonly number[], into: PackedWriter): boolean {
  const parts = values.map((value) => (Number.isInteger(value) && !Object.is(value, -0) ? { point: 0, value } : decimalOf(value)));
  const point = Math.max(...parts.map((part) => part?.point ?? 0));
  const scaled: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (part === undefined) return false;
    let integer = part.value;
    for (let more = part.point; more < point; more += 1) integer *= 10;
    if (Math.abs(integer) > integerMax || numberOf({ point, value: integer }) !== values[index]) return false;
    scaled.push(integer);
  }
  into.byte(formDecimals);
  into.byte(point);
  for (const integer of scaled) into.int(integer);
  return true;
}
