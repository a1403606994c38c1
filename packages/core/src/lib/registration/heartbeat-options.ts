import { type Clock, systemClock } from '../clock.ts';
import type { KnownKeys } from '../known-keys.ts';
import { numberOption } from '../options.ts';
import type { Random } from '../random.ts';
import type { RegistrarEvent } from './registrar.ts';

/** The options that the registrars of all registries share. */
export interface HeartbeatOptions {
  /**
   * How long the registry keeps an endpoint that sends no heartbeats, in ms. Heartbeats go out every third
   * of it, ± 20 %. A process whose event loop is blocked for longer is taken for dead. @default 15_000
   */
  readonly ttlMs?: number;
  /** How long one call to the registry may take, in ms. @default 2_000 */
  readonly timeoutMs?: number;
  /** How long `drain` waits for clients to see the deregistration, in ms. @default 2_000 */
  readonly drainDelayMs?: number;
  /** Whether `register` rejects at the first failure instead of trying again. @default false */
  readonly failFast?: boolean;
  /** Hears what happens to the registration. @default nobody */
  readonly onEvent?: (event: RegistrarEvent) => void;
  /** @default systemClock */
  readonly clock?: Clock;
  /** @default Math.random */
  readonly random?: Random;
}

/** The keys of {@link HeartbeatOptions}, for checks of options that extend them. */
export const HEARTBEAT_KEYS: KnownKeys<HeartbeatOptions> = {
  ttlMs: true,
  timeoutMs: true,
  drainDelayMs: true,
  failFast: true,
  onEvent: true,
  clock: true,
  random: true,
};

/** {@link HeartbeatOptions} with every default filled in. */
export type HeartbeatSettings = Required<HeartbeatOptions>;

/**
 * Fills in the defaults.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export function heartbeatSettings(options: HeartbeatOptions): HeartbeatSettings {
  return {
    ttlMs: numberOption('ttlMs', options.ttlMs, 15_000, { min: 300, max: 86_400_000 }),
    timeoutMs: numberOption('timeoutMs', options.timeoutMs, 2_000, { min: 1, max: 600_000 }),
    drainDelayMs: numberOption('drainDelayMs', options.drainDelayMs, 2_000, { max: 86_400_000 }),
    failFast: options.failFast ?? false,
    onEvent: options.onEvent ?? (() => {}),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
}
