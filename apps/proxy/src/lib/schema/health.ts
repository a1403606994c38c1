import * as z from 'zod';
import {
  choice,
  count,
  flag,
  list,
  ms,
  number,
  object,
  oneOf,
  orOff,
  pattern,
  ratio,
  text,
} from './fields.ts';
import { upstreamTls } from './upstream-tls.ts';

/** A check by an HTTP request. */
export const httpCheck = object('Asks with an HTTP request.', {
  path: pattern('Default /.', /^\/[\x21-\x7e]*$/, 'a path that starts with "/"').exactOptional(),
  method: choice('Default GET.', ['GET', 'HEAD', 'OPTIONS']).exactOptional(),
  host: text('The Host header. Default the endpoint.').exactOptional(),
  expectedStatus: list(
    'Statuses that pass. Default 200 to 299.',
    'statuses from 100 to 599',
    count('A status.', { min: 100, max: 599 }),
  ).exactOptional(),
  port: count('Another port than that of the endpoint.', { min: 1, max: 65_535 }).exactOptional(),
  protocol: choice('Default http.', ['http', 'https', 'h2', 'h2c']).exactOptional(),
  servername: text('The name sent as SNI and checked.').exactOptional(),
  tls: upstreamTls.exactOptional(),
  headers: z
    .record(z.string(), z.string({ error: 'a string' }), { error: 'an object of strings' })
    .exactOptional(),
});

/** A check by the health checking protocol of gRPC. */
const grpcCheck = object('Asks grpc.health.v1.Health.', {
  service: text('The service to ask for. Default the whole server.').exactOptional(),
  protocol: choice('Default h2c.', ['h2', 'h2c']).exactOptional(),
  port: count('Another port than that of the endpoint.', { min: 1, max: 65_535 }).exactOptional(),
  servername: text('The name sent as SNI and checked.').exactOptional(),
  tls: upstreamTls.exactOptional(),
});

/** A check by a TCP connection. */
export const tcpCheck = object('Asks for a TCP connection only.', {});

/** Active checks. */
export const healthCheck = object('Active health checks.', {
  http: httpCheck.exactOptional(),
  grpc: grpcCheck.exactOptional(),
  tcp: tcpCheck.exactOptional(),
  intervalMs: ms('From the end of a check to the start of the next. Default 5000.', {
    min: 1,
  }).exactOptional(),
  unhealthyIntervalMs: ms('The same while unhealthy. Default 1000.', { min: 1 }).exactOptional(),
  timeoutMs: ms('A check that takes longer has failed. Default 2000.', { min: 1 }).exactOptional(),
  rise: count('Passes in a row that make an endpoint healthy. Default 2.', { min: 1 }).exactOptional(),
  fall: count('Failures in a row that make it unhealthy. Default 3.', { min: 1 }).exactOptional(),
  jitterRatio: ratio('Each interval is varied by up to this share. Default 0.2.').exactOptional(),
  initial: choice('How an endpoint counts before its first check. Default healthy.', [
    'healthy',
    'unhealthy',
  ]).exactOptional(),
  concurrency: count('Checks at the same time. Default 100.', { min: 1 }).exactOptional(),
}).refine(({ http, grpc, tcp }) => [http, grpc, tcp].filter((kind) => kind !== undefined).length === 1, {
  error: 'exactly one of http, grpc, tcp',
});

const detectors = object('Who asks for an ejection. Default consecutiveFailures and successRate.', {
  consecutiveFailures: object('So many failures in a row.', {
    count: count('Default 5.', { min: 1 }).exactOptional(),
  }).exactOptional(),
  successRate: object('A success rate below that of the others.', {
    minEndpoints: count('Endpoints that must be judged. Default 5.', { min: 1 }).exactOptional(),
    minRequests: count('Requests an endpoint must have had. Default 100.', { min: 1 }).exactOptional(),
    stdevFactor: number('Standard deviations below the mean. Default 1.9.').exactOptional(),
  }).exactOptional(),
  failureRatio: object('A fixed share of failures.', {
    thresholdRatio: ratio('Default 0.85.').exactOptional(),
    minEndpoints: count('Endpoints that must be judged. Default 5.', { min: 1 }).exactOptional(),
    minRequests: count('Requests an endpoint must have had. Default 50.', { min: 1 }).exactOptional(),
  }).exactOptional(),
});

/** Passive checks. */
export const outlierDetection = orOff(
  object('Ejection of endpoints that fail real requests.', {
    detectors: detectors.exactOptional(),
    intervalMs: ms('Time between two sweeps. Default 10000.', { min: 1 }).exactOptional(),
    baseEjectionMs: ms('The first ejection. Default 30000.', { min: 1 }).exactOptional(),
    maxEjectionMs: ms('The longest ejection. Default 300000.', { min: 1 }).exactOptional(),
    jitterRatio: ratio('Added to an ejection at random. Default 0.1.').exactOptional(),
    maxEjectedRatio: ratio('Largest share of a cluster that may be ejected. Default 0.1.').exactOptional(),
    alwaysEjectOne: flag(
      'Whether one may go even where the share allows none. Default true.',
    ).exactOptional(),
    minUsable: count('Ejections never leave fewer than this. Default 1.').exactOptional(),
  }),
);

const range = {
  initial: count('The first limit. Default 20.', { min: 1 }).exactOptional(),
  min: count('Default 3.', { min: 1 }).exactOptional(),
  max: count('Default 1000.', { min: 1 }).exactOptional(),
};

/** Requests that one endpoint may have in flight. */
export const concurrencyLimit = oneOf('Requests that one endpoint may have in flight. Default no limit.', {
  fixed: count('Always this many.', { min: 1 }).exactOptional(),
  gradient: object('Follows the latency.', {
    ...range,
    bufferRatio: number('Latency tolerated as noise. Default 0.25.', { max: 10 }).exactOptional(),
    windowMs: ms('Shortest time between two changes. Default 100.', { min: 1 }).exactOptional(),
    minSamples: count('Answers a change is based on. Default 20.', { min: 1 }).exactOptional(),
    baseMaxAgeMs: ms('How long the base latency is believed. Default 10000.', { min: 1 }).exactOptional(),
  }).exactOptional(),
  aimd: object('Grows until requests are dropped.', {
    ...range,
    backoffRatio: number('What a drop leaves. Default 0.9.', { min: 0.5, max: 0.999 }).exactOptional(),
    maxLatencyMs: ms('A slower answer counts as dropped.', { min: 1 }).exactOptional(),
  }).exactOptional(),
});

export type HealthCheckConfig = z.output<typeof healthCheck>;
export type OutlierDetectionConfig = z.output<typeof outlierDetection>;
export type ConcurrencyLimitConfig = z.output<typeof concurrencyLimit>;
