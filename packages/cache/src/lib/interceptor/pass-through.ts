import type { Dispatcher } from 'undici';
import type { ForwardReason } from '../http/cache-status.ts';
import { type Fields, fieldValue, firstLine } from '../http/fields.ts';
import type { CacheSettings } from './cache-options.ts';
import type { CacheRequest } from './cache-request.ts';
import { Downstream } from './downstream.ts';
import { marked } from './responses.ts';

type Handler = Dispatcher.DispatchHandler;
type Head = Parameters<NonNullable<Handler['onResponseStart']>>;

/** Sees the heads of the final responses of requests that the cache has no part in. */
export function passThrough(
  request: CacheRequest,
  handler: Handler,
  settings: CacheSettings,
  reason: ForwardReason,
): Handler {
  const downstream = new Downstream(handler);
  return {
    onRequestStart(controller, context) {
      downstream.controller.upstream = controller;
      downstream.controller.attach(controller);
      downstream.start(context);
    },
    onRequestUpgrade: (_controller, status, headers, socket) =>
      handler.onRequestUpgrade?.(downstream.controller, status, headers, socket),
    onBodySent: (chunk) => handler.onBodySent?.(chunk),
    onRequestSent: () => handler.onRequestSent?.(),
    onResponseStarted: () => handler.onResponseStarted?.(),
    onResponseStart(...[, status, headers, message]: Head) {
      const fields = headers as Fields;
      if (reason === 'method' && status >= 200 && status < 400) invalidate(request, fields, settings);
      const said = { fwd: reason, fwdStatus: status };
      downstream.head(status, status < 200 ? fields : marked(downstream, fields, settings, said), message);
    },
    onResponseData: (_controller, chunk) => downstream.data(chunk),
    onResponseEnd: (_controller, trailers) => downstream.end(trailers as Fields),
    onResponseError: (_controller, error) => downstream.fail(error),
  };
}

/** A change that succeeded drops what is stored of its URL, and of those of this origin that it names: RFC 9111 4.4. */
function invalidate(request: CacheRequest, fields: Readonly<Fields>, { store }: CacheSettings): void {
  if (SAFE_BUT_UNCACHED.has(request.method)) return;
  const paths = new Set([request.path]);
  for (const name of ['location', 'content-location']) {
    const path = sameOriginPath(request, firstLine(fields, name));
    if (path !== undefined) paths.add(path);
  }
  for (const path of paths) void store.purge(request.origin, path);
}

const SAFE_BUT_UNCACHED: ReadonlySet<string> = new Set(['OPTIONS', 'TRACE', 'QUERY']);

/** The origin is what the client named: behind a proxy that is Host, and the scheme that it forwards. */
function sameOriginPath(
  { origin, path, fields }: CacheRequest,
  reference: string | undefined,
): string | undefined {
  const host = fieldValue(fields, 'host');
  const scheme = fieldValue(fields, 'x-forwarded-proto') ?? URL.parse(origin)?.protocol.slice(0, -1);
  const base = URL.parse(path, host === undefined ? origin : `${scheme}://${host}`);
  const url = reference === undefined || base === null ? null : URL.parse(reference, base.href);
  return url === null || url.origin !== base?.origin ? undefined : url.pathname + url.search;
}
