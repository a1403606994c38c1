import { randomBytes } from 'node:crypto';
import { constants, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { clientAddressOf, endsOf } from '../../connection/named-ends.ts';
import { errorResponse } from '../../errors/error-response.ts';
import { failure, type KnownReason } from '../../errors/reason.ts';
import type { Exchange, RawHeaders, RequestBody } from '../../exchange.ts';
import { fieldValues } from '../../headers/raw-headers.ts';
import { clientSubject } from '../client-subject.ts';
import type { NodeHttpTransport } from '../node-http-server.ts';
import { Http2Body } from './http2-body.ts';
import { type Http2Request, http2Request } from './http2-fields.ts';
import { Http2Response } from './http2-response.ts';
import { stallWatch } from './stall-watch.ts';

/** Makes an exchange of a stream and hands it over, or answers it when it is not even that. */
export function handleStream(
  stream: ServerHttp2Stream,
  fields: RawHeaders,
  socket: Socket,
  transport: NodeHttpTransport,
): Http2Response {
  const { connections, policy, upgrades, handle } = transport;
  const request = http2Request(fields);
  const complete = stream.endAfterHeaders;
  const watch = complete ? undefined : stallWatch(stream, policy.clock, connections.streamIdleTimeoutMs);
  const response = new Http2Response(stream, request.method === 'HEAD', policy, () => watch?.moved());
  const refuse = (reason: KnownReason): Http2Response => {
    const { status, ...rest } = failure(reason);
    const { headers, body } = errorResponse({ status, ...rest });
    response.listen({ drained() {}, closed() {} });
    response.start(status, '', headers);
    response.write(body);
    response.end();
    return response;
  };
  if (request.size > connections.maxHeaderBytes) return refuse('headers-too-large');
  const upgrade = upgradeOf(request, upgrades);
  const tunnel = upgrade !== undefined;
  const exchange: Exchange = {
    // What HTTP/1.1 asks by GET and Upgrade, an extended CONNECT asks here (RFC 8441 §5).
    method: tunnel ? 'GET' : request.method,
    target: request.target,
    httpVersion: '2.0',
    rawHeaders: tunnel ? withKey(request.rawHeaders) : request.rawHeaders,
    remoteAddress: clientAddressOf(socket),
    get connection() {
      return endsOf(socket);
    },
    encrypted: socket instanceof TLSSocket,
    clientSubject: clientSubject(socket),
    body: complete || tunnel ? undefined : requestBody(stream, request, response, () => watch?.moved()),
    upgrade,
    response,
  };
  if (tunnel) watch?.[Symbol.dispose]();
  handle(exchange);
  return response;
}

function upgradeOf({ method, protocol }: Http2Request, upgrades: ReadonlySet<string>): string | undefined {
  if (method !== 'CONNECT' || protocol === undefined) return undefined;
  const name = protocol.toLowerCase();
  return upgrades.has(name) ? name : undefined;
}

/** The key that the handshake of HTTP/1.1 has, and that of HTTP/2 does not (RFC 6455 §4.1). */
function withKey(headers: string[]): string[] {
  const own = fieldValues(headers, 'sec-websocket-key').length > 0;
  return own ? headers : [...headers, 'sec-websocket-key', randomBytes(16).toString('base64')];
}

function requestBody(
  stream: ServerHttp2Stream,
  { rawHeaders }: Http2Request,
  response: Http2Response,
  received: () => void,
): RequestBody {
  const expects = fieldValues(rawHeaders, 'expect').some((value) => value.toLowerCase() === '100-continue');
  let body: Http2Body | undefined;
  return {
    open() {
      body = new Http2Body(stream, {
        beforeReading() {
          if (expects) response.inform(constants.HTTP_STATUS_CONTINUE, []);
        },
        received,
      });
      return body;
    },
    get received() {
      return body?.received ?? 0;
    },
    trailers: () => body?.trailers ?? [],
  };
}
