import { AsyncResource } from 'node:async_hooks';
import { EvenkeelError, withoutStack } from '@evenkeel/core';
import type { RequestContext } from './request-context.ts';
import type { Upstream } from './upstream.ts';
import { wait } from './wait.ts';

/**
 * Lets a request wait for the first snapshot of its cluster, for a bounded time and among a bounded number of others.
 *
 * @param callback called once: without an error when the cluster is ready
 * @returns what ends the waiting; undefined when the callback was called already
 */
export function awaitCluster(
  shared: RequestContext,
  upstream: Upstream,
  callback: (error?: Error) => void,
): Disposable | undefined {
  const { readyTimeoutMs } = shared;
  if (upstream.usage.pending >= upstream.maxPendingRequests) {
    const message = `cluster "${upstream.name}": ${upstream.maxPendingRequests} requests wait for its first snapshot`;
    callback(withoutStack(() => new EvenkeelError('ERR_EVENKEEL_OVERLOADED', message)));
    return undefined;
  }
  upstream.usage.pending += 1;
  let open = true;
  const end = (): void => {
    if (!open) return;
    open = false;
    upstream.usage.pending -= 1;
    ready[Symbol.dispose]();
    timer[Symbol.dispose]();
  };
  // One event wakes all who wait: each goes on in the async context of its own request.
  const finish = AsyncResource.bind((error?: Error): void => {
    if (!open) return;
    end();
    callback(error);
  });
  const ready = upstream.whenReady(finish);
  const timer = wait(shared.clock, readyTimeoutMs, () => {
    const message = `cluster "${upstream.name}": no first snapshot within ${readyTimeoutMs} ms`;
    finish(withoutStack(() => new EvenkeelError('ERR_EVENKEEL_NOT_READY', message)));
  });
  return { [Symbol.dispose]: end };
}
