/** Field lines, each `Name: value`, as they go over the wire. */
export type FieldLines = readonly string[];

/** The head of a message, read strictly enough for a test. */
export interface Head {
  readonly startLine: string;
  readonly lines: FieldLines;
  /** The values of a field, in order; `name` in any case. */
  values(name: string): readonly string[];
  /** The values joined as RFC 9110 §5.3 says; undefined when there is none. */
  value(name: string): string | undefined;
}

/** Reads a head without its empty line. */
export function parseHead(text: string): Head {
  const [startLine = '', ...lines] = text.split('\r\n');
  const values = (name: string): string[] =>
    lines
      .filter((line) => line.slice(0, line.indexOf(':')).toLowerCase() === name.toLowerCase())
      .map((line) => line.slice(line.indexOf(':') + 1).trim());
  return {
    startLine,
    lines,
    values,
    value: (name) => (values(name).length === 0 ? undefined : values(name).join(', ')),
  };
}

/** A response as a client got it. */
export interface Answer extends Head {
  readonly status: number;
  readonly body: string;
  /** Whether all came that its framing promised. */
  readonly complete: boolean;
  /** Interim responses before it. */
  readonly interim: readonly number[];
  /** The member of Cache-Status that the proxy added. */
  readonly cache: string;
  readonly hit: boolean;
}

/** Reads all bytes that a connection gave for one request. */
export function parseAnswer(bytes: string, method: string): Answer {
  const interim: number[] = [];
  let rest = bytes;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    const head = parseHead(end === -1 ? rest : rest.slice(0, end));
    const status = Number(head.startLine.split(' ')[1]);
    rest = end === -1 ? '' : rest.slice(end + 4);
    if (status < 200) {
      interim.push(status);
      continue;
    }
    const cache = head.value('cache-status')?.split(', ').at(-1) ?? '';
    const hit = /; hit\b/.test(cache);
    return { ...head, ...content(head, status, method, rest), status, interim, cache, hit };
  }
}

function content(
  head: Head,
  status: number,
  method: string,
  rest: string,
): Pick<Answer, 'body' | 'complete'> {
  if (method === 'HEAD' || status === 204 || status === 304) return { body: rest, complete: rest === '' };
  if (head.value('transfer-encoding') === 'chunked') return chunked(rest);
  const length = head.value('content-length');
  return { body: rest, complete: length === undefined || Number(length) === rest.length };
}

function chunked(text: string): Pick<Answer, 'body' | 'complete'> {
  let body = '';
  for (let rest = text; ; ) {
    const [, size = '', after = ''] = /^([0-9a-f]+)\r\n(.*)$/is.exec(rest) ?? [];
    const length = Number.parseInt(size, 16);
    if (Number.isNaN(length) || after.length < length + 2) return { body, complete: false };
    if (length === 0) return { body, complete: after.endsWith('\r\n') };
    body += after.slice(0, length);
    rest = after.slice(length + 2);
  }
}
