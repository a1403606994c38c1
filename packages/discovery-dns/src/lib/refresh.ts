import type { Settings } from './options.ts';

const MAX_JITTER_MS = 500;
const JITTER_RATIO = 0.1;

/**
 * How long to wait for the next refresh, in ms: the TTL within its bounds and up to a tenth of it, at most half a second. Later
 * rather than earlier, because a caching server has nothing new before the TTL is over.
 *
 * @param ttl in seconds
 */
export function refreshDelay(
  ttl: number,
  settings: Pick<Settings, 'minTtlMs' | 'maxTtlMs' | 'defaultTtlMs' | 'random'>,
): number {
  const { minTtlMs, maxTtlMs, defaultTtlMs, random } = settings;
  const base = ttl === 0 ? defaultTtlMs : Math.min(maxTtlMs, Math.max(minTtlMs, ttl * 1_000));
  return base + random() * Math.min(MAX_JITTER_MS, base * JITTER_RATIO);
}
