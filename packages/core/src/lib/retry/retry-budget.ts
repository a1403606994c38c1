import { type Clock, systemClock } from '../clock.ts';
import { numberOption } from '../options.ts';

export interface RetryBudgetOptions {
  /** Retries allowed for each original request. @default 0.2 */
  readonly ratio?: number;
  /** Retries allowed per second regardless of traffic, kept as a reserve of ttlMs. @default 10 */
  readonly minPerSecond?: number;
  /** How long a request's credit, and a retry's debt, count, in ms, 1_000–60_000. @default 10_000 */
  readonly ttlMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** Keeps retries and hedges a small share of the traffic, so that they cannot turn a failure into an overload. */
export interface RetryBudget {
  /** Credits one original request. */
  deposit(): void;
  /** Takes what one retry or hedge costs; false, and nothing taken, when there is not enough. */
  tryWithdraw(): boolean;
  /** Retries that are possible now. */
  readonly balance: number;
}

/** Slots that the time to live is divided into: credit expires a tenth at a time. */
const SLOTS = 10;

/**
 * Makes a budget as Finagle's RetryBudget: balance = reserve + ratio × requests − retries, both of the last `ttlMs`, with
 * a reserve of minPerSecond × ttlMs. Each call costs O(1), and there is no timer.
 *
 * Over any time of T ms, however the calls are spread, retries ≤ ratio × requests (of that time and of one `ttlMs` before
 * it) + minPerSecond × (T + 1.1 × ttlMs) ÷ 1000.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export function retryBudget(options: RetryBudgetOptions = {}): RetryBudget {
  const ratio = numberOption('retryBudget.ratio', options.ratio, 0.2, { max: 1_000 });
  const minPerSecond = numberOption('retryBudget.minPerSecond', options.minPerSecond, 10, { max: 1e9 });
  const ttlMs = numberOption('retryBudget.ttlMs', options.ttlMs, 10_000, { min: 1_000, max: 60_000 });
  const clock = options.clock ?? systemClock;
  const reserve = (minPerSecond * ttlMs) / 1000;
  const slotMs = ttlMs / SLOTS;
  // Whole numbers, so that sums which take slots in and out again never drift.
  const deposits = new Float64Array(SLOTS);
  const withdrawals = new Float64Array(SLOTS);
  let deposited = 0;
  let withdrawn = 0;
  let slot = 0;
  let slotEnd = clock.now() + slotMs;

  const advance = (): void => {
    const now = clock.now();
    if (now < slotEnd) return;
    const passed = Math.floor((now - slotEnd) / slotMs) + 1;
    slotEnd += passed * slotMs;
    for (let step = Math.min(passed, SLOTS); step > 0; step--) {
      slot = (slot + 1) % SLOTS;
      deposited -= deposits[slot] ?? 0;
      withdrawn -= withdrawals[slot] ?? 0;
      deposits[slot] = 0;
      withdrawals[slot] = 0;
    }
  };
  // A hair of tolerance, or 0.29 × 100 would be worth 28.
  const available = (): number => reserve + ratio * deposited - withdrawn + 1e-9;

  return {
    deposit() {
      advance();
      deposits[slot] = (deposits[slot] ?? 0) + 1;
      deposited++;
    },
    tryWithdraw() {
      advance();
      if (available() < 1) return false;
      withdrawals[slot] = (withdrawals[slot] ?? 0) + 1;
      withdrawn++;
      return true;
    },
    get balance() {
      advance();
      return Math.max(0, Math.floor(available()));
    },
  };
}
