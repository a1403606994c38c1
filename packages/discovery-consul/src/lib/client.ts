import type { EventEmitter } from 'node:events';
import type { Writable } from 'node:stream';

/** A `Consul` of the npm package `consul` 2, or something that makes requests like one. */
export interface ConsulClient {
  readonly health: object;
  readonly agent: object;
}

/** One request, in the words of papi, the HTTP layer that `Consul` extends. */
export interface PapiRequest {
  readonly name: string;
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly type?: 'json';
  readonly body?: object;
  /** Its event `cancel` aborts the request. */
  readonly ctx: EventEmitter;
  /** Gets the body; its event `pipe` hands over the response as soon as the headers are there. */
  readonly pipe: Writable;
  /** 0 for none: an own deadline is kept outside. */
  readonly timeout: 0;
}

/**
 * What a `Consul` inherits from papi, and its types do not show. All requests go over these two, as its own
 * methods drop `Weights` and namespaces, and hang when a body is cut off.
 */
export interface PapiClient extends ConsulClient {
  /** `defaults` of the caller's client. */
  readonly _defaults?: Readonly<Record<string, unknown>>;
  _get(request: PapiRequest): Promise<unknown>;
  _put(request: PapiRequest): Promise<unknown>;
  destroy?(): void;
}

/** Whether a value makes requests the way this package needs. */
export function isPapiClient(value: unknown): value is PapiClient {
  const client = value as Partial<PapiClient> | null | undefined;
  return typeof client?._get === 'function' && typeof client._put === 'function';
}
