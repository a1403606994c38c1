import {
  aimdLimit,
  type ConcurrencyLimit,
  consecutiveFailures,
  failureRatio,
  fixedLimit,
  gradientLimit,
  type HealthChecker,
  type HealthCheckOptions,
  type OutlierDetectionOptions,
  successRate,
  tcpHealthCheck,
} from '@evenkeel/core';
import { grpcHealthCheck, httpHealthCheck } from '@evenkeel/http-client';
import type { ConcurrencyLimitConfig, HealthCheckConfig, OutlierDetectionConfig } from '../schema/health.ts';
import { upstreamTls } from './upstream-tls.ts';

/**
 * Active checks of a checked configuration.
 *
 * @param file the path of the configuration: relative paths start beside it
 */
export function buildHealthCheck(config: HealthCheckConfig, file: string): HealthCheckOptions {
  const { http: _http, grpc: _grpc, tcp: _tcp, ...schedule } = config;
  return { ...schedule, checker: checkerOf(config, file) };
}

function checkerOf({ http, grpc }: HealthCheckConfig, file: string): HealthChecker {
  if (http !== undefined) {
    const { tls, ...rest } = http;
    return httpHealthCheck({ ...rest, ...(tls && { tls: upstreamTls(tls, file) }) });
  }
  if (grpc === undefined) return tcpHealthCheck();
  const { tls, ...rest } = grpc;
  return grpcHealthCheck({ ...rest, ...(tls && { tls: upstreamTls(tls, file) }) });
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
