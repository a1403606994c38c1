import type { ConnectionEnded, ConnectionRefused, ExchangeEnded } from '@evenkeel/proxy';
import { errorText } from '../events/failure.ts';
import { allHeaders, headerValue } from './header-values.ts';

/** What a line is about. */
export type LoggedEvent = ExchangeEnded | ConnectionEnded | ConnectionRefused;

/** Finds the value of a field; undefined where the event has none. */
export type FieldReader = (event: LoggedEvent) => unknown;

const of =
  (read: (event: ExchangeEnded) => unknown): FieldReader =>
  (event) =>
    event.type === 'exchangeEnded' ? read(event) : undefined;

/** Of exchanges and of TCP connections, which reach an endpoint alike. */
const ofBoth =
  (read: (event: ExchangeEnded | ConnectionEnded) => unknown): FieldReader =>
  (event) =>
    event.type === 'connectionRefused' ? undefined : read(event);

const FIELDS: Readonly<Record<string, FieldReader>> = {
  time: () => new Date().toISOString(),
  remoteAddress: ({ remoteAddress }) => remoteAddress,
  clientAddress: (event) => (event.type === 'exchangeEnded' ? event.clientAddress : event.remoteAddress),
  requestId: of(({ requestId }) => requestId),
  method: of(({ method }) => method),
  host: ofBoth((event) => (event.type === 'exchangeEnded' ? event.host : event.serverName)),
  target: of(({ target }) => target),
  path: of(({ target }) => target.split('?', 1)[0]),
  httpVersion: of(({ httpVersion }) => httpVersion),
  status: of(({ status }) => status),
  reason: ({ reason }) => reason,
  error: ({ error }) => (error === undefined ? undefined : errorText(error)),
  route: of(({ route }) => route),
  cluster: ofBoth(({ cluster }) => cluster),
  endpoint: ofBoth(({ endpoint }) => endpoint),
  attempts: ofBoth(({ attempts }) => attempts),
  attemptLog: of(({ attemptLog }) => attemptsOf(attemptLog)),
  cacheStatus: of(({ cacheStatus }) => cacheStatus),
  requestBytes: ofBoth((event) =>
    event.type === 'exchangeEnded' ? event.requestBytes : event.bytesReceived,
  ),
  responseBytes: ofBoth((event) => (event.type === 'exchangeEnded' ? event.responseBytes : event.bytesSent)),
  firstByteMs: of(({ firstByteMs }) => rounded(firstByteMs)),
  durationMs: ofBoth(({ durationMs }) => rounded(durationMs)),
  traceId: of(({ traceId }) => traceId),
  userAgent: of(({ requestHeaders }) => headerValue(requestHeaders, 'user-agent')),
  referer: of(({ requestHeaders }) => headerValue(requestHeaders, 'referer')),
  requestHeaders: of(({ requestHeaders }) => allHeaders(requestHeaders)),
  responseHeaders: of(({ responseHeaders }) => allHeaders(responseHeaders)),
};

/** The names of all fields, but for those of single headers. */
export const FIELD_NAMES: readonly string[] = Object.keys(FIELDS);

/** What a line has unless told otherwise. */
export const DEFAULT_FIELDS: readonly string[] = FIELD_NAMES.filter(
  (name) => !['path', 'requestHeaders', 'responseHeaders'].includes(name),
);

const HEADER_FIELD = /^(request|response)Header\.([!#$%&'*+\-^_`|~\w]+)$/;

/** Finds a field by its name, `requestHeader.x-id` for a single header; undefined when there is none. */
export function fieldReader(name: string): FieldReader | undefined {
  if (Object.hasOwn(FIELDS, name)) return FIELDS[name];
  const [, side, header = ''] = HEADER_FIELD.exec(name) ?? [];
  if (side === undefined) return undefined;
  const wanted = header.toLowerCase();
  return of(({ requestHeaders, responseHeaders }) =>
    headerValue(side === 'request' ? requestHeaders : responseHeaders, wanted),
  );
}

/** What a single try at one endpoint says is said by the rest of the line. */
function attemptsOf(log: ExchangeEnded['attemptLog']): unknown {
  if (log.length < 2 && log[0]?.outcome !== 'failure') return undefined;
  return log.map(({ endpoint, kind, outcome, status, reason, error, startedMs, durationMs }) => ({
    endpoint,
    kind,
    outcome,
    status,
    reason,
    error: error === undefined ? undefined : errorText(error),
    startedMs: rounded(startedMs),
    durationMs: rounded(durationMs),
  }));
}

function rounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 1_000) / 1_000;
}
