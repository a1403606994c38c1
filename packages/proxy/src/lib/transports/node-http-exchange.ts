import { type IncomingMessage, METHODS, type ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Exchange, RawHeaders, RequestBody, ResponseWriter } from '../exchange.ts';
import { hasContent } from '../request/framing.ts';
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
    body: hasBody ? requestBody(request, response, expectsContinue) : undefined,
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
  readonly body: RequestBody | undefined;
  readonly upgrade: string | undefined;
  readonly response: ResponseWriter;

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
    this.remoteAddress = plainAddress(request.socket.remoteAddress);
    this.encrypted = request.socket instanceof TLSSocket;
    this.body = parts.body;
    this.upgrade = parts.upgrade;
    this.response = response;
  }
}

function requestBody(
  request: IncomingMessage,
  response: ServerResponse,
  expectsContinue: boolean,
): RequestBody {
  let stream: RequestBodyStream | undefined;
  return {
    open(): Readable {
      stream = new RequestBodyStream(request, () => {
        if (expectsContinue && !response.headersSent) response.writeContinue();
      });
      return stream;
    },
    get received() {
      return stream?.received ?? 0;
    },
  };
}

/** Writes an IPv4 address that came over an IPv6 socket as IPv4. */
function plainAddress(address: string | undefined): string | undefined {
  return address?.startsWith('::ffff:') === true ? address.slice('::ffff:'.length) : address;
}
