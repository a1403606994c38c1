import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, Contender } from '../lib/clients/contender.ts';
import { type Behaviour, healthy } from '../lib/endpoints/behaviour.ts';
import type { EndpointGroup } from '../lib/endpoints/endpoint-group.ts';
import { HungError, withDeadline } from '../lib/load/deadline.ts';
import { HEALTHY_MS } from './faults.ts';

/** How one client came back when every endpoint had been down and then one was up again. */
export interface RecoveryResult {
  readonly client: string;
  /** Requests that failed while all endpoints were down. */
  readonly failuresWhileDown: number;
  /** From the moment the endpoint listened to the first request that it answered, in ms; NaN when none was. */
  readonly firstSuccessMs: number;
  /** Requests answered after that, and requests that failed after it. */
  readonly successesAfter: number;
  readonly failuresAfter: number;
  /** Requests that never ended. */
  readonly hung: number;
}

export interface RecoveryLoad {
  readonly concurrency: number;
  /** How long all endpoints are down while requests come in, in ms. */
  readonly downMs: number;
  /** How long requests go on after one is up again, in ms. */
  readonly upMs: number;
}

/** A request still open after this never ends: none of the clients here waits so long. */
const HUNG_MS = 2_000;
const PAUSE_AFTER_FAILURE_MS = 5;
const DOWN: Behaviour = { kind: 'refuse' };

/** Takes all endpoints down with requests coming in, brings the first one back, and watches. */
export async function measureRecovery(
  endpoints: EndpointGroup,
  contender: Contender,
  { concurrency, downMs, upMs }: RecoveryLoad,
): Promise<RecoveryResult> {
  const allDown = endpoints.addresses.map(() => DOWN);
  await endpoints.behave(allDown);
  const client = await contender.open(endpoints.addresses);
  const log: Ended[] = [];
  const stop = new AbortController();
  const users = Array.from({ length: concurrency }, () => runUser(client, log, stop.signal));
  await sleep(downMs);
  await endpoints.behave([healthy(HEALTHY_MS), ...allDown.slice(1)]);
  const upAt = performance.now();
  await sleep(upMs);
  stop.abort();
  await Promise.all(users);
  await client.close();
  return summarise(contender.name, log, upAt);
}

interface Ended {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly how: 'success' | 'failure' | 'hung';
}

async function runUser(client: Client, log: Ended[], stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const startedAt = performance.now();
    let how: Ended['how'];
    try {
      how = (await withDeadline(client.send(), HUNG_MS)) ? 'success' : 'failure';
    } catch (error) {
      how = error instanceof HungError ? 'hung' : 'failure';
    }
    log.push({ startedAt, endedAt: performance.now(), how });
    if (how === 'failure') await sleep(PAUSE_AFTER_FAILURE_MS);
  }
}

/** Counts what is in the log; exported for its test. */
export function summarise(client: string, log: readonly Ended[], upAt: number): RecoveryResult {
  const successes = log.filter(({ how }) => how === 'success');
  const firstAt = Math.min(...successes.map(({ endedAt }) => endedAt));
  const failures = log.filter(({ how }) => how === 'failure');
  return {
    client,
    failuresWhileDown: failures.filter(({ endedAt }) => endedAt < upAt).length,
    firstSuccessMs: Number.isFinite(firstAt) ? Math.max(0, firstAt - upAt) : Number.NaN,
    successesAfter: successes.length,
    failuresAfter: failures.filter(({ startedAt }) => startedAt > firstAt).length,
    hung: log.filter(({ how }) => how === 'hung').length,
  };
}
