import * as z from 'zod';
import { fieldName } from './field-name.ts';
import { choice, count, list, ms, number, object, orOff, pattern, ratio } from './fields.ts';
import { upstreamTls } from './upstream-tls.ts';

const METHOD = list(
  'Methods that may be sent again although the upstream may have seen them.',
  'methods in capital letters',
  pattern('A method.', /^[A-Z]+$/, 'a method in capital letters'),
  { min: 0 },
);
const STATUS = list(
  'Statuses to retry.',
  'statuses from 400 to 599',
  count('A status.', { min: 400, max: 599 }),
  { min: 0 },
);

const budget = object('Keeps retries and hedges a small share of the requests.', {
  ratio: number('Retries for each request. Default 0.2.', { max: 1_000 }).exactOptional(),
  minPerSecond: number('Retries a second regardless of that. Default 10.', { max: 1e9 }).exactOptional(),
  ttlMs: ms('How long requests and retries count. Default 10000.', {
    min: 1_000,
    max: 60_000,
  }).exactOptional(),
});

const retry = object('When a request is sent again.', {
  maxRetries: count('Attempts after the first. Default 2.').exactOptional(),
  methods: METHOD.exactOptional(),
  statusCodes: STATUS.exactOptional(),
  backoffBaseMs: ms('The first wait is random up to this. Default 25.').exactOptional(),
  backoffMaxMs: ms('Default 250.').exactOptional(),
  maxRetryAfterMs: ms('The longest Retry-After to wait for. Default 5000.').exactOptional(),
  replayBufferBytes: count('Bytes of a request body kept for a retry. Default 65536.').exactOptional(),
  budget: budget.exactOptional(),
});

const hedge = object('A second attempt while the first is slow.', {
  percentile: ratio('Hedge after this percentile of latencies. Default 0.95.').exactOptional(),
  delayMs: ms('Hedge after a fixed time instead.').exactOptional(),
  minDelayMs: ms('Never hedge earlier than this. Default 1.').exactOptional(),
  minSamples: count('Responses to measure first. Default 100.', { min: 1 }).exactOptional(),
  maxHedges: count('Attempts beside the first. Default 1.', { min: 1 }).exactOptional(),
});

/** How requests are tried: for all clusters, one cluster or one route. */
export const tryPolicy = {
  retry: orOff(retry).describe('Retries; false turns them off.').exactOptional(),
  hedge: orOff(hedge).describe('Hedging. Default false.').exactOptional(),
  perTryTimeoutMs: ms('Limit of one attempt until its response headers; 0 is none.').exactOptional(),
  overallTimeoutMs: ms('Limit of a request until the end of its response; 0 is none.').exactOptional(),
  bodyIdleTimeoutMs: ms('How long a response body may stand still; 0 is no limit.').exactOptional(),
};

/** What a cluster or all clusters can have on top of that. */
const clusterPolicy = {
  ...tryPolicy,
  loadReports: z
    .boolean({ error: 'true or false' })
    .describe('Hands ORCA load reports of responses to the strategy. Default false.')
    .exactOptional(),
  deadlineHeader: fieldName('A request header with the time left, in ms.').exactOptional(),
};

/** The settings of the upstream side as a whole. */
export const client = object('How all clusters are spoken to.', {
  ...clusterPolicy,
  connectTimeoutMs: ms('How long a connection may take to be made. Default 2000.').exactOptional(),
  readyTimeoutMs: ms('How long a request waits for the first endpoints. Default 1000.').exactOptional(),
});

/** The settings of a cluster that are about its requests. */
export const requests = {
  ...clusterPolicy,
  protocol: choice('HTTP/1.1 (http, https) or HTTP/2 (h2 over TLS, h2c). Default http, with tls https.', [
    'http',
    'https',
    'h2',
    'h2c',
  ]).exactOptional(),
  tls: upstreamTls.exactOptional(),
  servername: pattern('The name sent as SNI and checked.', /^[\w.-]+$/, 'a host name').exactOptional(),
  maxRequests: count('Requests open at the same time.', { min: 1 }).exactOptional(),
  maxPendingRequests: count('Requests waiting for the first endpoints.', { min: 1 }).exactOptional(),
};

/** For weights and other plain numbers. */
export const weight: z.ZodNumber = number('Relative share of the traffic; 0 drains.', { max: 65_535 });

export type RetryConfig = z.output<typeof retry>;
