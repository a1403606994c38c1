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
import { type ProxyProtocolVersion, proxyProtocolAgent } from '@evenkeel/proxy';
import type { ConcurrencyLimitConfig, HealthCheckConfig, OutlierDetectionConfig } from '../schema/health.ts';
import { upstreamTls } from './upstream-tls.ts';

/**
 * Active checks of a checked configuration.
 *
 * @throws InvalidOptionsError or OptionError for what only the parts themselves can check
 */
export function buildHealthCheck(config: HealthCheckConfig, sources: HealthCheckSources): HealthCheckOptions {
  const { http: _http, grpc: _grpc, tcp: _tcp, ...schedule } = config;
  return { ...schedule, checker: checkerOf(config, sources) };
}

/** What checks need beside their configuration. */
export interface HealthCheckSources {
  /** The path of the configuration: relative paths start beside it. */
  readonly file: string;
  /** Where endpoints expect a header: that of a check over HTTP/1.1 speaks for the proxy itself. */
  readonly proxyProtocol?: ProxyProtocolVersion;
}

function checkerOf(
  { http, grpc }: HealthCheckConfig,
  { file, proxyProtocol }: HealthCheckSources,
): HealthChecker {
  if (http !== undefined) {
    const { tls, ...rest } = http;
    const secure = tls && { tls: upstreamTls(tls, file) };
    if (proxyProtocol === undefined || rest.protocol === 'h2' || rest.protocol === 'h2c') {
      return httpHealthCheck({ ...rest, ...secure });
    }
    const dispatcher = proxyProtocolAgent({ version: proxyProtocol, agent: { pipelining: 0 }, ...secure });
    return httpHealthCheck({ ...rest, dispatcher });
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
