import { connect } from 'node:net';
import { type Endpoint, formatAddress } from '../endpoint.ts';
import { HealthCheckError } from '../errors.ts';
import type { HealthChecker } from '../health.ts';
import { describeError } from './describe-error.ts';

/**
 * Checks that an endpoint accepts a TCP connection, which is closed at once. Says nothing of what the endpoint would
 * answer: prefer a check of the protocol in use where there is one. Rejects with a HealthCheckError that names the
 * address and the cause.
 */
export function tcpHealthCheck(): HealthChecker {
  return { check: (endpoint, { signal }) => knock(endpoint, signal) };
}

function knock({ host, port }: Endpoint, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void => {
      const message = `TCP check of ${formatAddress(host, port)} failed: ${describeError(cause)}`;
      reject(new HealthCheckError(message, { cause }));
    };
    if (signal.aborted) {
      fail(signal.reason);
      return;
    }
    // Unref'd, as timers are: a check must not keep the process alive.
    const socket = connect({ host, port }).unref();
    const end = (): void => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
    };
    const onAbort = (): void => {
      end();
      fail(signal.reason);
    };
    socket.once('connect', () => {
      end();
      resolve();
    });
    // Not `once`: an error after the end must find a listener as well.
    socket.on('error', (error) => {
      end();
      fail(error);
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
