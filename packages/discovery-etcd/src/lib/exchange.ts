import type { Dispatcher } from 'undici';
import { EtcdError } from './etcd-error.ts';
import { isMessage, jsonLines, type Message, shorten } from './json-lines.ts';

/** One request to the gateway. */
export interface GatewayRequest {
  readonly dispatcher: Dispatcher;
  readonly origin: string;
  /** Below `/v3/`. */
  readonly path: string;
  readonly body: Message;
  /** Empty for none. */
  readonly token: string;
  /** Ends the request and, after it, the stream of its answer. */
  readonly signal: AbortSignal;
}

/** More than ten times the records of a very large service. */
const MAX_BYTES = 64 * 1024 * 1024;
/** An error of etcd is a line; the page of a proxy may be anything. */
const MAX_ERROR_BYTES = 64 * 1024;

/**
 * Sends a request and yields the messages of its answer: one, or as many as a stream has.
 *
 * @throws EtcdError for an error of etcd and any other status than 200; DiscoveryError for what is no JSON;
 * errors of undici; the signal's reason
 */
export async function* exchange(request: GatewayRequest): AsyncGenerator<Message, void, void> {
  const { dispatcher, origin, path, body, token, signal } = request;
  const response = await dispatcher.request({
    origin,
    path: `/v3/${path}`,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token === '' ? {} : { authorization: token }) },
    body: JSON.stringify(body),
    signal,
    // Deadlines are the caller's, on its clock; a watch may be silent for days.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  // An abort while nobody reads would end the process otherwise.
  response.body.on('error', () => {});
  if (response.statusCode !== 200) {
    throw toEtcdError(response.statusCode, await beginning(response.body));
  }
  for await (const message of jsonLines(response.body, MAX_BYTES)) {
    if (isMessage(message.error)) throw streamError(message.error);
    yield message;
  }
}

async function beginning(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    parts.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_ERROR_BYTES) break;
  }
  return Buffer.concat(parts).toString('utf8');
}

/** `{"error":"etcdserver: …","code":5}`, with `message` too in newer versions. */
function toEtcdError(status: number, text: string): EtcdError {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return new EtcdError(`HTTP status ${status}: ${shorten(text)}`, status);
  }
  const { message, error, code }: Message = isMessage(value) ? value : {};
  const reason = message ?? error;
  if (typeof reason !== 'string' || typeof code !== 'number') {
    return new EtcdError(`HTTP status ${status}: ${shorten(text)}`, status);
  }
  return new EtcdError(reason, status, code);
}

/** `{"grpc_code":14,"http_code":503,"message":"…"}` amid a stream. */
function streamError({ message, grpc_code: code, http_code: status }: Message): EtcdError {
  const reason = typeof message === 'string' ? message : 'the stream ended with an error';
  return new EtcdError(
    reason,
    typeof status === 'number' ? status : 200,
    typeof code === 'number' ? code : undefined,
  );
}
