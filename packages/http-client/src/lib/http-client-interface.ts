import type { Duplex } from 'node:stream';
import type { Dispatcher, RequestInfo, RequestInit, Response } from 'undici';
import type { WithRequestSettings } from './request-policy.ts';

/** Options of {@link HttpClient.fetch}. */
export type FetchInit = RequestInit & WithRequestSettings;

type WithSettings<Options> = Options & WithRequestSettings;
type Result<Data> = (error: Error | null, data: Data) => void;

/**
 * A Dispatcher that sends requests to clusters. Use it as any other: its own `request`, `stream`, `pipeline`, `upgrade`
 * and `connect`, `fetch(url, { dispatcher })`, `setGlobalDispatcher`, `compose`.
 */
export interface HttpClient extends Dispatcher, AsyncDisposable {
  /** undici's `fetch` through this client. */
  fetch(input: RequestInfo, init?: FetchInit): Promise<Response>;
  dispatch(
    options: Dispatcher.DispatchOptions & WithRequestSettings,
    handler: Dispatcher.DispatchHandler,
  ): boolean;
  request<T = null>(options: WithSettings<Dispatcher.RequestOptions<T>>): Promise<Dispatcher.ResponseData<T>>;
  request<T = null>(
    options: WithSettings<Dispatcher.RequestOptions<T>>,
    callback: Result<Dispatcher.ResponseData<T>>,
  ): void;
  stream<T = null>(
    options: WithSettings<Dispatcher.RequestOptions<T>>,
    factory: Dispatcher.StreamFactory<T>,
  ): Promise<Dispatcher.StreamData<T>>;
  stream<T = null>(
    options: WithSettings<Dispatcher.RequestOptions<T>>,
    factory: Dispatcher.StreamFactory<T>,
    callback: Result<Dispatcher.StreamData<T>>,
  ): void;
  pipeline<T = null>(
    options: WithSettings<Dispatcher.PipelineOptions<T>>,
    handler: Dispatcher.PipelineHandler<T>,
  ): Duplex;
  upgrade(options: WithSettings<Dispatcher.UpgradeOptions>): Promise<Dispatcher.UpgradeData>;
  upgrade(options: WithSettings<Dispatcher.UpgradeOptions>, callback: Result<Dispatcher.UpgradeData>): void;
  connect<T = null>(options: WithSettings<Dispatcher.ConnectOptions<T>>): Promise<Dispatcher.ConnectData<T>>;
  connect<T = null>(
    options: WithSettings<Dispatcher.ConnectOptions<T>>,
    callback: Result<Dispatcher.ConnectData<T>>,
  ): void;
  /** True from the call of `close` on. */
  readonly closed: boolean;
  /** True from the call of `destroy`, or the end of `close`, on. */
  readonly destroyed: boolean;
  /** The connections by origin, as the inner dispatcher tells them. */
  readonly stats: unknown;
}
