import {
  type Clock,
  checkKeys,
  choiceOption,
  InvalidOptionsError,
  type KnownKeys,
  numberOption,
  type Random,
  type RetryBudget,
  systemClock,
} from '@evenkeel/core';
import type { TcpClient, TcpProxyOptions, TcpRetryOptions } from './tcp-options.ts';

/** The options of a TCP proxy that all its connections share, checked, with their defaults. */
export interface TcpSettings {
  readonly clock: Clock;
  readonly random: Random;
  readonly hashKey: (connection: TcpClient) => string | undefined;
  readonly retry: TcpRetrySettings;
  readonly closeGone: boolean;
  readonly maxConnections: number;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly readyTimeoutMs: number;
  readonly helloTimeoutMs: number;
}

/** When connections are tried again. */
export interface TcpRetrySettings {
  readonly maxRetries: number;
  readonly backoffBaseMs: number;
  readonly backoffMaxMs: number;
  /** Undefined is the cluster's own. */
  readonly budget: RetryBudget | undefined;
}

/** @throws InvalidOptionsError naming the option, what it got and what is allowed */
export function tcpSettings(options: TcpProxyOptions): TcpSettings {
  checkKeys('', options, PROXY_KEYS);
  const { clock = systemClock, random = Math.random, hashKey = byAddress } = options;
  if (typeof hashKey !== 'function') throw new InvalidOptionsError('hashKey', hashKey, 'a function');
  const ms = (name: keyof TcpProxyOptions & `${string}Ms`, fallback: number): number =>
    numberOption(name, options[name], fallback);
  const gone = choiceOption('goneEndpoints', options.goneEndpoints, 'drain', ['drain', 'close']);
  return {
    clock,
    random,
    hashKey,
    retry: retrySettings(options.retry ?? {}),
    closeGone: gone === 'close',
    maxConnections: numberOption('maxConnections', options.maxConnections, Number.POSITIVE_INFINITY, {
      min: 1,
    }),
    connectTimeoutMs: ms('connectTimeoutMs', 2_000),
    idleTimeoutMs: ms('idleTimeoutMs', 3_600_000),
    readyTimeoutMs: ms('readyTimeoutMs', 1_000),
    helloTimeoutMs: ms('helloTimeoutMs', 5_000),
  };
}

function byAddress({ remoteAddress }: TcpClient): string {
  return remoteAddress;
}

function retrySettings(options: TcpRetryOptions | false): TcpRetrySettings {
  if (options === false) return { maxRetries: 0, backoffBaseMs: 25, backoffMaxMs: 250, budget: undefined };
  checkKeys('retry', options, RETRY_KEYS, 'an object with options, or false');
  const { budget } = options;
  if (budget !== undefined && typeof budget.tryWithdraw !== 'function') {
    throw new InvalidOptionsError('retry.budget', budget, 'a retry budget');
  }
  const backoffBaseMs = numberOption('retry.backoffBaseMs', options.backoffBaseMs, 25, { min: 1 });
  return {
    maxRetries: numberOption('retry.maxRetries', options.maxRetries, 2, { integer: true }),
    backoffBaseMs,
    backoffMaxMs: numberOption('retry.backoffMaxMs', options.backoffMaxMs, Math.max(250, backoffBaseMs), {
      min: backoffBaseMs,
    }),
    budget,
  };
}

const RETRY_KEYS: KnownKeys<TcpRetryOptions> = {
  maxRetries: true,
  backoffBaseMs: true,
  backoffMaxMs: true,
  budget: true,
};

const PROXY_KEYS: KnownKeys<TcpProxyOptions> = {
  cluster: true,
  serverNames: true,
  retry: true,
  hashKey: true,
  goneEndpoints: true,
  maxConnections: true,
  connectTimeoutMs: true,
  idleTimeoutMs: true,
  readyTimeoutMs: true,
  helloTimeoutMs: true,
  clock: true,
  random: true,
};
