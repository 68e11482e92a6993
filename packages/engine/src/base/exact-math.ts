// Exponential and natural logarithm in + - * / only.
// Why: Math.exp and Math.log may differ in the last bit between versions of the runtime, and a score must not.
// Invariant: the same bits on every IEEE 754 machine, within 1e-13 of the true value (relative; tested against the runtime).
// Non-goal: correct rounding of the last bit.

const LN2_HIGH = 0.69314718036912381649; // ln 2 with its lowest 21 bits cleared, so that k * LN2_HIGH is exact for |k| < 2048
const LN2_LOW = 1.90821492927058770002e-10;
const INVERSE_LN2 = 1.442695040888963387;
const SQRT2 = 1.41421356237309514547;
const EXP_TERMS = 14;
const LOG_TERMS = 12;

const bits = new DataView(new ArrayBuffer(8));

/** 2 to an integer power within the range of normal numbers, -1022..1023. */
const powerOfTwo = (power: number): number => {
  bits.setUint32(0, (power + 1023) << 20);
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
};

/** e to the x. Overflows to Infinity above 709.78 and reaches 0 below -745.13, like the function of the runtime. */
export const exp = (x: number): number => {
  if (x !== x) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.1332191019412) return 0;
  const k = Math.floor(x * INVERSE_LN2 + 0.5);
  const r = x - k * LN2_HIGH - k * LN2_LOW; // |r| <= ln 2 / 2
  let sum = 1;
  for (let n = EXP_TERMS; n >= 1; n--) sum = 1 + (sum * r) / n;
  // In two factors, because 2^k alone may be beyond the normal numbers.
  const half = Math.floor(k / 2);
  return sum * powerOfTwo(half) * powerOfTwo(k - half);
};

/** Natural logarithm; -Infinity at 0, NaN below. */
export const log = (x: number): number => {
  if (x !== x || x < 0) return NaN;
  if (x === 0) return -Infinity;
  if (x === Infinity) return x;
  let scaled = x;
  let power = 0;
  if (x < 2.2250738585072014e-308) {
    scaled = x * 18014398509481984; // 2^54: a subnormal number becomes a normal one
    power = -54;
  }
  bits.setFloat64(0, scaled);
  const head = bits.getUint32(0);
  power += (head >>> 20) - 1023;
  bits.setUint32(0, (head & 0xfffff) | 0x3ff00000);
  let mantissa = bits.getFloat64(0); // 1 <= mantissa < 2
  if (mantissa > SQRT2) {
    mantissa /= 2;
    power += 1;
  }
  // ln m = 2 artanh s with s = (m - 1) / (m + 1), |s| < 0.172
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let sum = 0;
  for (let n = LOG_TERMS; n >= 1; n--) sum = (sum + 1 / (2 * n + 1)) * square;
  return power * LN2_HIGH + (2 * s + (2 * s * sum + power * LN2_LOW));
};
