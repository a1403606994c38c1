import { type IncomingMessage, METHODS, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { clientAddressOf, endsOf } from '../connection/named-ends.ts';
import type { Exchange, RawHeaders, RequestBody, ResponseWriter } from '../exchange.ts';
import type { ProxiedConnection } from '../proxy-protocol/proxy-header.ts';
import { hasContent } from '../request/framing.ts';
import { clientSubject } from './client-subject.ts';
import { type BareConnection, type ConnectionPolicy, NodeHttpResponse } from './node-http-response.ts';
import { RequestBodyStream } from './request-body-stream.ts';

/** What the event that brought a request says of it. */
export interface RequestKind {
  /**
   * Set where `node:http` has let go of the connection: with the protocol to switch to, undefined when the
   * switch is ignored.
   */
  readonly upgrade?: BareConnection & { readonly protocol: string | undefined };
  /** Whether the client waits for `100 Continue`, and nobody has sent it. */
  readonly expectsContinue?: boolean;
}

/** Makes an exchange of a request and response of `node:http`. */
export function nodeHttpExchange(
  request: IncomingMessage,
  response: ServerResponse,
  policy: ConnectionPolicy,
  { upgrade, expectsContinue = false }: RequestKind = {},
): Exchange {
  const hasBody = upgrade === undefined && hasContent(request.rawHeaders);
  return new NodeHttpExchange(request, new NodeHttpResponse(request, response, policy, upgrade), {
    body: hasBody ? requestBody(request, response, policy, expectsContinue) : undefined,
    upgrade: upgrade?.protocol,
  });
}

const KNOWN_METHODS: ReadonlySet<string> = new Set(METHODS);

class NodeHttpExchange implements Exchange {
  readonly method: string;
  readonly target: string;
  readonly httpVersion: string;
  readonly rawHeaders: RawHeaders;
  readonly remoteAddress: string | undefined;
  readonly encrypted: boolean;
  readonly clientSubject: string | undefined;
  readonly body: RequestBody | undefined;
  readonly upgrade: string | undefined;
  readonly response: ResponseWriter;
  private readonly socket: Socket;

  constructor(
    request: IncomingMessage,
    response: ResponseWriter,
    parts: { body: RequestBody | undefined; upgrade: string | undefined },
  ) {
    this.method = request.method ?? '';
    this.target = request.url ?? '';
    // A request line of HTTP/1.x that claims another major version, or RTSP's methods, is none that can be understood.
    const known = request.httpVersionMajor === 1 && KNOWN_METHODS.has(this.method);
    this.httpVersion = known ? request.httpVersion : 'unknown';
    this.rawHeaders = request.rawHeaders;
    this.remoteAddress = clientAddressOf(request.socket);
    this.encrypted = request.socket instanceof TLSSocket;
    this.clientSubject = this.encrypted ? clientSubject(request.socket) : undefined;
    this.body = parts.body;
    this.upgrade = parts.upgrade;
    this.response = response;
    this.socket = request.socket;
  }

  get connection(): ProxiedConnection | undefined {
    return endsOf(this.socket);
  }
}

function requestBody(
  request: IncomingMessage,
  response: ServerResponse,
  policy: ConnectionPolicy,
  expectsContinue: boolean,
): RequestBody {
  let stream: RequestBodyStream | undefined;
  return {
    open(): Readable {
      stream = new RequestBodyStream(request, policy, () => {
        if (expectsContinue && !response.headersSent) response.writeContinue();
      });
      return stream;
    },
    get received() {
      return stream?.received ?? 0;
    },
  };
}
