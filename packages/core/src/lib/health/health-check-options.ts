import type { HealthChecker } from '../health.ts';

/** The schedule of active health checks. */
export interface HealthCheckOptions {
  /** How to ask: `tcpHealthCheck()`, or `httpHealthCheck()` of `@evenkeel/http-client`, or your own. */
  readonly checker: HealthChecker;
  /** From the end of one check of an endpoint to the start of its next, in ms. @default 5_000 */
  readonly intervalMs?: number;
  /** The interval while an endpoint is unhealthy, or on its way to or from it, in ms. @default 1_000, or intervalMs when that is shorter */
  readonly unhealthyIntervalMs?: number;
  /** A check that takes longer has failed, in ms. @default 2_000 */
  readonly timeoutMs?: number;
  /** Passes in a row that make an unhealthy endpoint healthy. @default 2 */
  readonly rise?: number;
  /** Failures in a row that make a healthy endpoint unhealthy. @default 3 */
  readonly fall?: number;
  /** Each interval is varied by up to this share of itself, 0–1. @default 0.2 */
  readonly jitterRatio?: number;
  /** How an endpoint counts before its first check; that check alone then decides. @default 'healthy' */
  readonly initial?: 'healthy' | 'unhealthy';
  /** Checks that run at the same time. @default 100 */
  readonly concurrency?: number;
}
