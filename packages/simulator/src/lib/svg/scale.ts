/** Where a value lies in a picture, and which values get a line of their own. */
export interface Scale {
  /** In pixels; values out of the range lie at its end, NaN stays NaN. */
  at(value: number): number;
  readonly ticks: readonly number[];
}

/** Ratio of the largest value to the smallest from which a logarithmic scale shows more. */
const LOG_FROM = 8;

/** Evenly from `min` to a round number at or above `max`. */
export function linearScale(min: number, max: number, from: number, to: number, tickCount = 4): Scale {
  const step = roundStep((max - min || 1) / tickCount);
  const top = Math.ceil((max - 1e-9 * step) / step) * step || step;
  return makeScale(
    (value) => (value - min) / (top - min),
    Array.from({ length: Math.round((top - min) / step) + 1 }, (_, i) => min + i * step),
    from,
    to,
  );
}

/** Evenly from `min` to exactly `max`, for time and shares. */
export function exactScale(min: number, max: number, from: number, to: number, tickCount = 4): Scale {
  const step = roundStep((max - min || 1) / tickCount);
  const ticks = Array.from({ length: Math.floor((max - min) / step + 1e-9) + 1 }, (_, i) => min + i * step);
  return makeScale((value) => (value - min) / (max - min || 1), ticks, from, to);
}

/** A scale for times: logarithmic where the values span much, with ticks at 1, 2 and 5 of each power of ten. */
export function latencyScale(values: readonly number[], from: number, to: number): Scale {
  const seen = values.filter((value) => value > 0);
  const least = seen.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = seen.reduce((a, b) => Math.max(a, b), 0);
  if (!(most / least >= LOG_FROM)) return linearScale(0, most === 0 ? 1 : most, from, to);
  const all = roundNumbers(least / 10, most * 10);
  const low = all.findLast((value) => value <= least) ?? least;
  const high = all.find((value) => value >= most) ?? most;
  const between = all.filter((value) => value >= low && value <= high);
  // Up to six lines are read at a glance; beyond, powers of ten alone have to do.
  const ticks = between.length <= 6 ? between : between.filter((value) => isPowerOfTen(value));
  const span = Math.log(high / low);
  return makeScale((value) => Math.log(value / low) / span, ticks, from, to);
}

function makeScale(
  ratio: (value: number) => number,
  ticks: readonly number[],
  from: number,
  to: number,
): Scale {
  return {
    at: (value) => from + Math.min(1, Math.max(0, ratio(value))) * (to - from),
    ticks,
  };
}

function roundNumbers(min: number, max: number): readonly number[] {
  const numbers: number[] = [];
  for (let power = Math.floor(Math.log10(min)); power <= Math.ceil(Math.log10(max)); power++) {
    for (const digit of [1, 2, 5]) numbers.push(Number((digit * 10 ** power).toPrecision(6)));
  }
  return numbers;
}

function isPowerOfTen(value: number): boolean {
  return Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9;
}

/** The round number (1, 2 or 5 times a power of ten) at or above a step. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const digit = [1, 2, 5, 10].find((one) => one * power >= step * (1 - 1e-9)) ?? 10;
  return digit * power;
}
