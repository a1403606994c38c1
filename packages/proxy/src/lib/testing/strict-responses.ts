import { framingOf, readContent, type StrictContent } from './strict-content.ts';
import { Ambiguous, readHead, type StrictHead } from './strict-head.ts';

/** One final response that can be read in one way only. */
export interface StrictResponse {
  readonly status: number;
  readonly fields: readonly string[];
  readonly content: string;
  readonly trailers: readonly string[];
  /** Whether it is all there, as far as anyone can tell. */
  readonly complete: boolean;
  /** The interim responses before it, by status. */
  readonly interim: readonly number[];
}

/** What a strict reader finds in the bytes of one connection. */
export interface StrictResponses {
  readonly responses: readonly StrictResponse[];
  /** What is wrong behind them, if anything is. */
  readonly fault: string | undefined;
  /** Where the last response ends. */
  readonly end: number;
}

/** How a connection ended: in order, by a reset, or not yet. */
export type Ending = 'closed' | 'reset' | 'open';

const STATUS_LINE = /^HTTP\/1\.[01] ([1-9]\d\d) [\t\x20-\x7e\x80-\xff]*$/;
const LENIENT_STATUS_LINE = /^(?:HTTP|RTSP)\/\d\.\d ([1-9]\d\d)(?: [^\r\n]*)?$/;

/**
 * Reads all responses in the bytes of a connection.
 *
 * @param methods of the requests that they answer, in order; what comes behind the last answer is a fault
 * @param asUndici whether to take what the parser of undici takes: empty lines before a response, any version and any
 *   reason phrase, and two CR at the end of the status line
 */
export function readResponses(
  text: string,
  methods: readonly string[],
  ending: Ending,
  { asUndici = false }: { asUndici?: boolean } = {},
): StrictResponses {
  const responses: StrictResponse[] = [];
  let at = 0;
  try {
    for (const method of methods) {
      const response = readResponse(text, at, method, ending, asUndici);
      if (response === undefined) return { responses, fault: undefined, end: at };
      responses.push(response);
      at = response.end;
      if (!response.complete) return { responses, fault: undefined, end: at };
    }
    return { responses, fault: at < text.length ? 'bytes behind the last response' : undefined, end: at };
  } catch (error) {
    if (!(error instanceof Ambiguous)) throw error;
    return { responses, fault: error.message, end: at };
  }
}

function readResponse(
  text: string,
  from: number,
  method: string,
  ending: Ending,
  asUndici: boolean,
): (StrictResponse & { end: number }) | undefined {
  const interim: number[] = [];
  for (let at = from; ; ) {
    const head = asUndici ? readHeadAsUndici(text, at) : readHead(text, at);
    if (head === undefined) return undefined;
    const status = Number((asUndici ? LENIENT_STATUS_LINE : STATUS_LINE).exec(head.line)?.[1] ?? 0);
    if (status === 0) throw new Ambiguous(`no status line: ${JSON.stringify(head.line)}`);
    if (status === 101) throw new Ambiguous('a switch that nobody asked for');
    if (status >= 200) {
      return { status, fields: head.fields, interim, ...contentOf(text, head, status, method, ending) };
    }
    interim.push(status);
    at = head.end;
  }
}

function readHeadAsUndici(text: string, from: number): StrictHead | undefined {
  const lead = /^[\r\n]*/.exec(text.slice(from))?.[0].length ?? 0;
  const begin = from + lead;
  // Two CR take as many bytes as CRLF, so that everything stays in its place.
  const line = /^[^\r\n]*\r\r/.exec(text.slice(begin))?.[0];
  if (line === undefined) return readHead(text, begin);
  return readHead(`${text.slice(0, begin)}${line.slice(0, -1)}\n${text.slice(begin + line.length)}`, begin);
}

function contentOf(
  text: string,
  { fields, end }: StrictHead,
  status: number,
  method: string,
  ending: Ending,
): StrictContent {
  const framing = framingOf(fields);
  if (method === 'HEAD' || status === 204 || status === 304) {
    return { content: '', trailers: [], end, complete: true };
  }
  if (framing !== 'none') return readContent(text, end, framing);
  return { content: text.slice(end), trailers: [], end: text.length, complete: ending === 'closed' };
}
