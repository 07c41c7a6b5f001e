import type { Json } from '../values/json.ts';
import { describe, fail } from '../values/print.ts';
import { type Builtin, type Builtins, unary, valued } from './define.ts';
import { besselJ, besselY, erf, erfc, gammaOf, logGamma, signOfGamma } from './special-functions.ts';

/** The C mathematics library, as far as jq has it. */
export const MATH: Builtins = {
  ...each(unaryNumber, {
    floor: Math.floor,
    ceil: Math.ceil,
    sqrt: Math.sqrt,
    round: (x) => (x < 0 ? -Math.round(-x) : Math.round(x)),
    trunc: Math.trunc,
    rint: roundHalfEven,
    nearbyint: roundHalfEven,
    fabs: Math.abs,
    sin: Math.sin,
    cos: Math.cos,
    tan: Math.tan,
    asin: Math.asin,
    acos: Math.acos,
    atan: Math.atan,
    sinh: Math.sinh,
    cosh: Math.cosh,
    tanh: Math.tanh,
    asinh: Math.asinh,
    acosh: Math.acosh,
    atanh: Math.atanh,
    cbrt: Math.cbrt,
    exp: Math.exp,
    exp2: (x) => 2 ** x,
    exp10: (x) => 10 ** x,
    pow10: (x) => 10 ** x,
    expm1: Math.expm1,
    log: Math.log,
    log2: Math.log2,
    log10: Math.log10,
    log1p: Math.log1p,
    logb: (x) => (x === 0 ? -Infinity : Math.abs(x) === Infinity ? Infinity : split(x)[1] - 1),
    significand: (x) => (x === 0 || !Number.isFinite(x) ? x : split(x)[0] * 2),
    gamma: logGamma,
    lgamma: logGamma,
    tgamma: gammaOf,
    erf,
    erfc,
    j0: (x) => besselJ(0, x),
    j1: (x) => besselJ(1, x),
    y0: (x) => besselY(0, x),
    y1: (x) => besselY(1, x),
  }),
  ...each(binaryNumber, {
    pow: Math.pow,
    atan2: Math.atan2,
    hypot: Math.hypot,
    fmin: (x, y) => (Number.isNaN(x) ? y : Number.isNaN(y) ? x : Math.min(x, y)),
    fmax: (x, y) => (Number.isNaN(x) ? y : Number.isNaN(y) ? x : Math.max(x, y)),
    fmod: (x, y) => x % y,
    fdim: (x, y) => (x > y ? x - y : x <= y ? 0 : Number.NaN),
    copysign: (x, y) => (y < 0 || Object.is(y, -0) ? -Math.abs(x) : Math.abs(x)),
    drem: ieeeRemainder,
    remainder: ieeeRemainder,
    ldexp: scale,
    scalb: scale,
    scalbln: scale,
    nextafter,
    nexttoward: nextafter,
    jn: besselJ,
    yn: besselY,
  }),
  'fma/3': valued((_input, x, y, z) => numeric(x) * numeric(y) + numeric(z)),
  'frexp/0': unary((input) => split(numeric(input))),
  'modf/0': unary((input) => {
    const x = numeric(input);
    const whole = Math.trunc(x);
    return [Math.abs(x) === Infinity ? 0 : x - whole, whole];
  }),
  'lgamma_r/0': unary((input) => [logGamma(numeric(input)), signOfGamma(numeric(input))]),
};

function each<F>(
  make: (apply: F) => [arity: number, builtin: Builtin],
  functions: Readonly<Record<string, F>>,
): Builtins {
  return Object.fromEntries(
    Object.entries(functions).map(([name, apply]) => {
      const [arity, builtin] = make(apply);
      return [`${name}/${arity}`, builtin];
    }),
  );
}

function unaryNumber(apply: (x: number) => number): [number, Builtin] {
  return [0, unary((input) => apply(numeric(input)))];
}

function binaryNumber(apply: (x: number, y: number) => number): [number, Builtin] {
  return [2, valued((_input, x, y) => apply(numeric(x), numeric(y)))];
}

function numeric(value: Json | undefined): number {
  return typeof value === 'number' ? value : fail(`${describe(value ?? null)} number required`);
}

function roundHalfEven(x: number): number {
  if (Math.abs(x) >= 2 ** 52 || Number.isNaN(x)) return x;
  const below = Math.floor(x);
  const rest = x - below;
  const rounded = rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below;
  return rounded === 0 && x < 0 ? -0 : rounded;
}

/** x as a fraction in [0.5, 1) and a power of two. */
function split(x: number): [fraction: number, exponent: number] {
  if (x === 0 || !Number.isFinite(x)) return [x, 0];
  let exponent = Math.max(-1023, Math.floor(Math.log2(Math.abs(x))) + 1);
  let fraction = exponent <= -1023 ? x * 2 ** 1000 * 2 ** (-exponent - 1000) : x / 2 ** (exponent - 1) / 2;
  while (Math.abs(fraction) < 0.5) {
    fraction *= 2;
    exponent--;
  }
  while (Math.abs(fraction) >= 1) {
    fraction /= 2;
    exponent++;
  }
  return [fraction, exponent];
}

/** x times two to the n, in steps that neither overflow nor lose bits. */
function scale(x: number, n: number): number {
  let left = Math.trunc(Math.min(Math.max(n, -5000), 5000));
  let result = x;
  for (; left > 1000; left -= 1000) result *= 2 ** 1000;
  for (; left < -1000; left += 1000) result *= 2 ** -1000;
  return result * 2 ** left;
}

function ieeeRemainder(x: number, y: number): number {
  if (y === 0 || !Number.isFinite(x) || Number.isNaN(y)) return Number.NaN;
  if (!Number.isFinite(y)) return x;
  const rest = x % y;
  const size = Math.abs(y);
  const quotientIsOdd = Math.abs(Math.trunc(x / y)) % 2 === 1;
  const isOver = Math.abs(rest) * 2 > size || (Math.abs(rest) * 2 === size && quotientIsOdd);
  const result = isOver ? rest - Math.sign(rest) * size : rest;
  return result === 0 && x < 0 ? -0 : result;
}

function nextafter(x: number, y: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
  if (x === y) return y;
  if (x === 0) return y > 0 ? 5e-324 : -5e-324;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const bits = view.getBigInt64(0);
  view.setBigInt64(0, bits + (x < y === x > 0 ? 1n : -1n));
  return view.getFloat64(0);
}
