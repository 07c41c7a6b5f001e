import { charge } from '../meter.ts';

/** Gamma, error and Bessel functions, which JavaScript does not have. Accurate to about 12 digits or better. */

const LANCZOS_G = 7;
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

export function gammaOf(x: number): number {
  if (Number.isInteger(x)) {
    if (x === 0) return Object.is(x, -0) ? -Infinity : Infinity;
    if (x < 0) return Number.NaN;
    if (x <= 171) return factorial(x - 1);
  }
  if (x === -Infinity) return Number.NaN;
  if (x < 0.5) return Math.PI / (Math.sin(Math.PI * x) * gammaOf(1 - x));
  if (x > 171.7) return Infinity;
  const t = x - 1 + LANCZOS_G + 0.5;
  // The power in two halves, because the whole overflows before the result does.
  const half = t ** ((x - 0.5) / 2);
  return Math.sqrt(2 * Math.PI) * half * Math.exp(-t) * half * lanczosSum(x - 1);
}

function factorial(n: number): number {
  let product = 1;
  for (let i = 2; i <= n; i++) product *= i;
  return product;
}

function lanczosSum(x: number): number {
  return LANCZOS.reduce((sum, coefficient, i) => (i === 0 ? coefficient : sum + coefficient / (x + i)), 0);
}

export function logGamma(x: number): number {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? x : Infinity;
  if (x <= 0 && Number.isInteger(x)) return Infinity;
  if (x === 1 || x === 2) return 0;
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - logGamma(1 - x);
  if (x < 100) return Math.log(Math.abs(gammaOf(x)));
  const t = x - 1 + LANCZOS_G + 0.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(lanczosSum(x - 1));
}

export function signOfGamma(x: number): number {
  return x < 0 && !Number.isInteger(x) && Math.floor(x) % 2 !== 0 ? -1 : 1;
}

export function erf(x: number): number {
  if (Math.abs(x) > 2.5) return Math.sign(x) * (1 - erfc(Math.abs(x)));
  // The Maclaurin series converges quickly for small arguments.
  let term = x;
  let sum = x;
  for (let n = 1; n < 100 && Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

export function erfc(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x < 2.5) return 1 - erf(x);
  // A continued fraction, from its far end.
  let fraction = 0;
  for (let n = 120; n > 0; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}

/** Steps of the trapezoid rule, which converges exponentially for a periodic integrand. */
const QUADRATURE_STEPS = 4000;

/** Bessel's function of the first kind, of integer order. */
export function besselJ(order: number, x: number): number {
  const n = Math.trunc(order);
  if (!Number.isFinite(x)) return Number.isNaN(x) ? x : 0;
  const steps = Math.min(Math.max(QUADRATURE_STEPS, 4 * Math.ceil(Math.abs(x) + Math.abs(n))), 200_000);
  charge(steps / 16);
  let sum = 0;
  for (let i = 0; i < steps; i++) {
    const angle = (Math.PI * (i + 0.5)) / steps;
    sum += Math.cos(n * angle - x * Math.sin(angle));
  }
  return sum / steps;
}

/** Bessel's function of the second kind, of integer order. */
export function besselY(order: number, x: number): number {
  const n = Math.trunc(order);
  if (Number.isNaN(x) || x < 0) return Number.NaN;
  if (x === 0) return -Infinity;
  if (x === Infinity) return 0;
  if (n < 0) return (n % 2 === 0 ? 1 : -1) * besselY(-n, x);
  let below = besselY0(x);
  if (n === 0) return below;
  // Wronskian: J1 Y0 - J0 Y1 = 2 / (pi x).
  const j0 = besselJ(0, x);
  let current = Math.abs(j0) > 1e-3 ? (besselJ(1, x) * below - 2 / (Math.PI * x)) / j0 : besselY1(x);
  for (let k = 1; k < n && Number.isFinite(current); k++)
    [below, current] = [current, ((2 * k) / x) * current - below];
  return current;
}

function besselY0(x: number): number {
  return integrateY(0, x);
}

function besselY1(x: number): number {
  return integrateY(1, x);
}

/** (1/pi) of the integral of sin(x sin t - n t) from 0 to pi, less that of (e^nt + (-1)^n e^-nt) e^(-x sinh t). */
function integrateY(n: number, x: number): number {
  const first = simpson((t) => Math.sin(x * Math.sin(t) - n * t), 0, Math.PI);
  const end = Math.asinh(750 / x) + 1;
  const sign = n % 2 === 0 ? 1 : -1;
  const second = simpson(
    (t) => (Math.exp(n * t) + sign * Math.exp(-n * t)) * Math.exp(-x * Math.sinh(t)),
    0,
    end,
  );
  return (first - second) / Math.PI;
}

function simpson(f: (t: number) => number, from: number, to: number): number {
  charge(QUADRATURE_STEPS / 16);
  const width = (to - from) / QUADRATURE_STEPS;
  let sum = f(from) + f(to);
  for (let i = 1; i < QUADRATURE_STEPS; i++) sum += f(from + i * width) * (i % 2 === 0 ? 2 : 4);
  return (sum * width) / 3;
}
