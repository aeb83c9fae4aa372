/**
 * Tail areas that tests and intervals need, in the classical expansions (Abramowitz and Stegun 1964, chapters 6 and 26;
 * Lentz's method for continued fractions), to about 1e-12.
 */

const EPSILON = 1e-16;
const TINY = 1e-300;
const most = 10_000;

/** ln Γ(x) for x > 0: Stirling's series after shifting x to 10 or more. */
export function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < 10; z++) shift += Math.log(z);
  const inverse = 1 / (z * z);
  const series =
    1 / 12 -
    inverse *
      (1 / 360 -
        inverse * (1 / 1260 - inverse * (1 / 1680 - inverse * (1 / 1188 - (inverse * 691) / 360360))));
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series / z - shift;
}

/** Evaluates b0 + a1 / (b1 + a2 / (b2 + ...)). */
function continuedFraction(b0: number, term: (n: number) => [a: number, b: number]): number {
  let value = b0 || TINY;
  let c = value;
  let d = 0;
  for (let n = 1; n < most; n++) {
    const [a, b] = term(n);
    d = 1 / (b + a * d || TINY);
    c = b + a / c || TINY;
    value *= c * d;
    if (Math.abs(c * d - 1) < EPSILON) break;
  }
  return value;
}

/** The regularised incomplete beta function I_x(a, b), 0 <= x <= 1. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast on this side of the mean; the other is its complement.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b));
  const fraction = continuedFraction(1, (n) => {
    const m = n >> 1;
    const a2m = a + 2 * m;
    return [
      n % 2 === 0 ? (m * (b - m) * x) / ((a2m - 1) * a2m) : (-(a + m) * (a + b + m) * x) / (a2m * (a2m + 1)),
      1,
    ];
  });
  return front / (a * fraction);
}

/** P(|T| >= |t|) for Student's t with `df` degrees of freedom. */
export const studentTwoSided = (t: number, df: number) => incompleteBeta(df / (df + t * t), df / 2, 0.5);

/** P(X >= x) for chi-squared with `df` degrees of freedom: the regularised upper incomplete gamma function. */
export function chiSquaredTail(x: number, df: number): number {
  if (x <= 0) return 1;
  const [a, y] = [df / 2, x / 2];
  const front = Math.exp(a * Math.log(y) - y - logGamma(a));
  if (y < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n < most && term > sum * EPSILON; n++) {
      term *= y / (a + n);
      sum += term;
    }
    return 1 - front * sum;
  }
  return front / continuedFraction(y + 1 - a, (n) => [-n * (n - a), y + 2 * n + 1 - a]);
}

/** The standard normal distribution function. */
export function normalCdf(z: number): number {
  const tail = chiSquaredTail(z * z, 1) / 2;
  return z > 0 ? 1 - tail : tail;
}

/** Its inverse, 0 < p < 1: Newton's steps from Winitzki's approximation (2008) of the error function's inverse. */
export function normalQuantile(p: number): number {
  if (p <= 0) return Number.NEGATIVE_INFINITY;
  if (p >= 1) return Number.POSITIVE_INFINITY;
  const x = 2 * p - 1;
  const log = Math.log1p(-x * x);
  const half = 2 / (Math.PI * 0.147) + log / 2;
  let z = Math.SQRT2 * Math.sign(x) * Math.sqrt(Math.sqrt(half * half - log / 0.147) - half);
  for (let i = 0; i < 8; i++) {
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    const error = p < 0.5 ? normalCdf(z) - p : 1 - p - normalCdf(-z);
    const step = error / density;
    z -= step;
    if (Math.abs(step) < 1e-15 * Math.max(1, Math.abs(z))) break;
  }
  return z;
}
