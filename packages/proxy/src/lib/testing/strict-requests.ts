import { framingOf, readContent, type StrictContent } from './strict-content.ts';
import { Ambiguous, readHead, type StrictHead, valuesOf } from './strict-head.ts';

/** One request that can be read in one way only. */
export interface StrictRequest {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly host: string | undefined;
  readonly fields: readonly string[];
  readonly content: string;
  readonly trailers: readonly string[];
  /** False for the last one, when its content has not all come. */
  readonly complete: boolean;
  /** How many bytes it has, or had so far. */
  readonly length: number;
  /** What is wrong with it, though everybody agrees where it ends. */
  readonly fault: string | undefined;
}

/** What a strict reader finds in the bytes of one connection. */
export interface StrictRequests {
  readonly requests: readonly StrictRequest[];
  /** What is wrong behind them; undefined when the bytes end between two requests, or within the last one. */
  readonly fault: string | undefined;
}

const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([\x21-\x7e\x80-\xff]+) HTTP\/(1\.[01])$/;
const HOST = /^(?:[\w.~!$&'()*+,;=%-]+|\[[0-9a-f:.]+\])(?::\d{0,5})?$/i;

const EMPTY_LINES = /[\r\n]*/y;

/**
 * Reads all requests in the bytes of a connection, and stops at the first that another reader could read differently.
 *
 * @param asServer whether to take what a server may: empty lines before a request, several spaces in its first line
 *   (RFC 9112 §2.2, §3), and RTSP for HTTP, as the parser of node:http does
 */
export function readRequests(
  text: string,
  { asServer = false }: { asServer?: boolean } = {},
): StrictRequests {
  const requests: StrictRequest[] = [];
  let at = 0;
  try {
    while (at < text.length) {
      if (asServer) at = afterEmptyLines(text, at);
      const head = readHead(text, at);
      if (head === undefined) break;
      const line = asServer
        ? head.line.replace(/ +/g, ' ').replace(/ RTSP(?=\/1\.[01]$)/, ' HTTP')
        : head.line;
      const request = readRequest(text, at, { ...head, line });
      requests.push(request);
      at += request.length;
      if (!request.complete) break;
    }
    return { requests, fault: undefined };
  } catch (error) {
    if (!(error instanceof Ambiguous)) throw error;
    return { requests, fault: error.message };
  }
}

function readRequest(text: string, from: number, { line, fields, end }: StrictHead): StrictRequest {
  const [, method, target, version] = REQUEST_LINE.exec(line) ?? [];
  if (method === undefined || target === undefined || version === undefined) {
    throw new Ambiguous(`no request line: ${JSON.stringify(line)}`);
  }
  const hosts = valuesOf(fields, 'host');
  const framing = framingOf(fields);
  if (framing === 'chunked' && version === '1.0') throw new Ambiguous('Transfer-Encoding in HTTP/1.0');
  const { end: next, ...content }: StrictContent =
    framing === 'none' ? { content: '', trailers: [], end, complete: true } : readContent(text, end, framing);
  const fault = hostFault(hosts, version);
  return { method, target, version, host: hosts[0], fields, ...content, length: next - from, fault };
}

function hostFault([host, another]: readonly string[], version: string): string | undefined {
  if (another !== undefined) return 'two Host fields';
  if (host === undefined) return version === '1.1' ? 'no Host' : undefined;
  return HOST.test(host) ? undefined : `Host: ${host}`;
}

function afterEmptyLines(text: string, at: number): number {
  EMPTY_LINES.lastIndex = at;
  return at + (EMPTY_LINES.exec(text)?.[0].length ?? 0);
}
