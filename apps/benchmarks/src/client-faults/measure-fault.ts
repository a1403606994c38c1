import type { Contender } from '../lib/clients/contender.ts';
import { healthy } from '../lib/endpoints/behaviour.ts';
import type { EndpointGroup } from '../lib/endpoints/endpoint-group.ts';
import { closedLoop, type LoadResult, successRatio } from '../lib/load/closed-loop.ts';
import { withDeadline } from '../lib/load/deadline.ts';
import { ascending, quantile } from '../lib/report/statistics.ts';
import { type Fault, HEALTHY_MS } from './faults.ts';

/** How one client coped with one fault. */
export interface FaultResult {
  readonly fault: string;
  readonly client: string;
  /** 0–1, of all requests. */
  readonly successRatio: number;
  /** 0–1, of the requests after the first {@link LEARNING_REQUESTS}. */
  readonly laterSuccessRatio: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly requestsPerSecond: number;
  /** Requests that reached each endpoint, the faulty one last. */
  readonly reached: readonly number[];
  readonly errors: LoadResult['errors'];
}

/** So many requests a client may need to find out which endpoint is faulty. */
export const LEARNING_REQUESTS = 100;

/** Longer than any client here waits for an answer. */
const HUNG_MS = 10_000;

/** Makes the last endpoint faulty, sends the load through a fresh client and counts. */
export async function measureFault(
  endpoints: EndpointGroup,
  { name, behaviour }: Fault,
  contender: Contender,
  load: { readonly requests: number; readonly concurrency: number },
): Promise<FaultResult> {
  const sound = endpoints.addresses.slice(1).map(() => healthy(HEALTHY_MS));
  await endpoints.behave([...sound, behaviour]);
  const client = await contender.open(endpoints.addresses);
  try {
    const result = await closedLoop({ ...load, send: () => withDeadline(client.send(), HUNG_MS) });
    const sorted = ascending(result.latenciesMs);
    return {
      fault: name,
      client: contender.name,
      successRatio: successRatio(result),
      laterSuccessRatio: successRatio(result, LEARNING_REQUESTS),
      p50Ms: quantile(sorted, 0.5),
      p95Ms: quantile(sorted, 0.95),
      p99Ms: quantile(sorted, 0.99),
      requestsPerSecond: (load.requests / result.elapsedMs) * 1_000,
      reached: await endpoints.requests(),
      errors: result.errors,
    };
  } finally {
    await client.close();
  }
}
