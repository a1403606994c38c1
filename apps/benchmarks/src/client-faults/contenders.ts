import { balancedPool } from '../lib/clients/balanced-pool.ts';
import type { Contender } from '../lib/clients/contender.ts';
import { evenkeel } from '../lib/clients/evenkeel.ts';

/** How long each client waits for the headers of an answer, in ms. */
const PER_TRY_MS = 300;

/** Interval of the health checks in the recovery scenario, in ms. */
const PROBE_INTERVAL_MS = 500;

/** Our own client and undici's, each with retries and without. */
export const FAULT_CONTENDERS: readonly (Contender & {
  /** The least share of requests that must succeed, 0–1. */
  readonly minSuccessRatio?: number;
  /** The least share after the first requests, in which the client learns, 0–1. */
  readonly minLaterSuccessRatio?: number;
})[] = [
  { ...evenkeel({ name: 'evenkeel + retry', perTryTimeoutMs: PER_TRY_MS }), minSuccessRatio: 0.999 },
  {
    ...evenkeel({ name: 'evenkeel', perTryTimeoutMs: PER_TRY_MS, retry: false }),
    minLaterSuccessRatio: 0.99,
  },
  balancedPool({ name: 'BalancedPool', headersTimeout: PER_TRY_MS }),
  balancedPool({ name: 'BalancedPool + retry', headersTimeout: PER_TRY_MS, retry: true }),
];

/** Clients whose recovery is watched. */
export const RECOVERY_CONTENDERS: readonly (Contender & {
  /** Whether a request that never ends breaks a promise. */
  readonly neverHangs?: true;
  /** The longest time to the first success, in ms. */
  readonly maxFirstSuccessMs?: number;
})[] = [
  {
    ...evenkeel({ name: 'evenkeel + retry, health checks', probeIntervalMs: PROBE_INTERVAL_MS }),
    neverHangs: true,
    maxFirstSuccessMs: PROBE_INTERVAL_MS,
  },
  { ...evenkeel({ name: 'evenkeel + retry' }), neverHangs: true },
  { ...evenkeel({ name: 'evenkeel', retry: false }), neverHangs: true },
  balancedPool({ name: 'BalancedPool' }),
  balancedPool({ name: 'BalancedPool, connections: 4', connections: 4 }),
];
