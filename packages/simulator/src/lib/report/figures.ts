/** How figures are written for people; NaN, which is "of nothing", as a dash. */

/** A count: `60,000`. */
export function countText(value: number): string {
  return Number.isNaN(value) ? '–' : grouped(value, 0);
}

/** A time, with three digits or so: `1.25 ms`, `167 ms`, `2,000 ms`. */
export function msText(value: number): string {
  if (Number.isNaN(value)) return '–';
  if (value >= 100) return `${grouped(value, 0)} ms`;
  return `${grouped(value, value >= 10 ? 1 : 2)} ms`;
}

/** A share of things that should all be so, rounded down: only all of them are `100 %`. */
export function successText(ratio: number): string {
  if (Number.isNaN(ratio)) return '–';
  return ratio === 1 ? '100 %' : `${(Math.floor(ratio * 100_000 + 1e-6) / 1_000).toFixed(3)} %`;
}

/** A share: `9.09 %`. */
export function percentText(ratio: number): string {
  return Number.isNaN(ratio) ? '–' : `${(ratio * 100).toFixed(2)} %`;
}

/** A moment or a stretch of a simulation: `15 s`, `15.9 s`, `250 ms`. */
export function timeText(ms: number): string {
  if (ms < 1_000) return `${grouped(ms, Number.isInteger(ms) ? 0 : 1)} ms`;
  return `${grouped(ms / 1_000, ms % 1_000 === 0 ? 0 : 1)} s`;
}

function grouped(value: number, digits: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
