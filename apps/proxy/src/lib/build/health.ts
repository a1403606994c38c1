import {
  aimdLimit,
  type ConcurrencyLimit,
  consecutiveFailures,
  failureRatio,
  fixedLimit,
  gradientLimit,
  type HealthCheckOptions,
  type OutlierDetectionOptions,
  successRate,
  tcpHealthCheck,
} from '@evenkeel/core';
import { httpHealthCheck } from '@evenkeel/http-client';
import { type ProxyProtocolVersion, proxyProtocolAgent } from '@evenkeel/proxy';
import type { ConcurrencyLimitConfig, HealthCheckConfig, OutlierDetectionConfig } from '../schema/health.ts';

/**
 * Active checks of a checked configuration.
 *
 * @param proxyProtocol where endpoints expect a header: that of a check speaks for the proxy itself
 */
export function buildHealthCheck(
  { http, tcp: _, ...schedule }: HealthCheckConfig,
  proxyProtocol: ProxyProtocolVersion | undefined,
): HealthCheckOptions {
  if (http === undefined) return { ...schedule, checker: tcpHealthCheck() };
  const dispatcher =
    proxyProtocol && proxyProtocolAgent({ version: proxyProtocol, agent: { pipelining: 0 } });
  return { ...schedule, checker: httpHealthCheck({ ...http, ...(dispatcher && { dispatcher }) }) };
}

/** Passive checks of a checked configuration. */
export function buildOutlierDetection(config: OutlierDetectionConfig): OutlierDetectionOptions | false {
  if (config === false) return false;
  const { detectors, ...rest } = config;
  if (detectors === undefined) return rest;
  return {
    ...rest,
    detectors: [
      ...(detectors.consecutiveFailures ? [consecutiveFailures(detectors.consecutiveFailures)] : []),
      ...(detectors.successRate ? [successRate(detectors.successRate)] : []),
      ...(detectors.failureRatio ? [failureRatio(detectors.failureRatio)] : []),
    ],
  };
}

/** What makes the limit of each endpoint. Tries it once: a bad option must not wait for the first endpoint. */
export function buildConcurrencyLimit({
  fixed,
  gradient,
  aimd,
}: ConcurrencyLimitConfig): () => ConcurrencyLimit {
  const make = (): ConcurrencyLimit => {
    if (fixed !== undefined) return fixedLimit(fixed);
    return gradient === undefined ? aimdLimit(aimd) : gradientLimit(gradient);
  };
  make();
  return make;
}
