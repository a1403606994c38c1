import type { Endpoint, Outcome } from '@evenkeel/core';
import type { Dispatcher } from 'undici';

/** One try of one request at one endpoint. */
export interface AttemptInfo {
  readonly cluster: string;
  readonly endpoint: Endpoint;
  /** 0 for the first try; retries and hedges count on. */
  readonly attempt: number;
  /** Whether it runs beside another one. */
  readonly hedge: boolean;
}

/** Where an attempt is sent. */
export interface AttemptUrl {
  /** The scheme of its cluster with the address of its endpoint, such as `https://10.0.0.1:8443`. */
  readonly origin: string;
  /** With the query, as the endpoint gets it. */
  readonly path: string;
}

/** Told of the attempts of a request, synchronously. What it throws reaches nobody but the process, as an uncaught exception. */
export interface RequestObserver {
  attemptStarted?(attempt: AttemptInfo): void;
  /** Called once for each attempt that started, with what was reported to the cluster. */
  attemptEnded?(attempt: AttemptInfo, outcome: Outcome): void;
  /**
   * Fields that an attempt carries in place of the request's of the same names, which are in lower case: such as a trace context of its
   * own. Asked after `attemptStarted`, of a request's own observer only.
   */
  attemptHeaders?(attempt: AttemptInfo, url: AttemptUrl): Readonly<Record<string, string>> | undefined;
}

/**
 * The controller that handlers of a balanced request get: one object for all its attempts. Reading it in
 * `onResponseStart` or `onResponseError` tells which endpoint answered, or failed last.
 */
export interface BalancedController extends Dispatcher.DispatchController {
  readonly cluster: string;
  /** The endpoint that answered, or was tried last; undefined before the first pick. */
  readonly endpoint: Endpoint | undefined;
  /** Attempts so far, hedges included. */
  readonly attempts: number;
}

/**
 * What is known of the endpoints of a request, whatever stands between: a cache gives handlers a controller of its own, whose
 * `upstream` is that of the request it sent on. Undefined when no cluster was asked.
 */
export function balancedController(controller: unknown): BalancedController | undefined {
  if (isBalancedController(controller)) return controller;
  const { upstream } = (controller ?? {}) as { readonly upstream?: unknown };
  return isBalancedController(upstream) ? upstream : undefined;
}

/** Whether a request went to a cluster, and so its controller knows its endpoint. */
export function isBalancedController(controller: unknown): controller is BalancedController {
  return (
    typeof controller === 'object' &&
    controller !== null &&
    'cluster' in controller &&
    'attempts' in controller
  );
}
