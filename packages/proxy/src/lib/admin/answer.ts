import type { ServerResponse } from 'node:http';

/** What the admin API answers with. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer in JSON. */
export function json(value: unknown, status = 200): Answer {
  return { status, type: 'application/json', body: `${JSON.stringify(value)}\n` };
}

/** Why a request was not answered as wished. */
export class Refusal extends Error {
  readonly answer: Answer;

  /** @param error a word for programs; the message is for people */
  constructor(
    status: number,
    error: string,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.answer = { ...json({ error, message }, status), headers };
  }
}

/** Sends an answer that no cache keeps, and that no browser takes for anything else. */
export function send(response: ServerResponse, { status, type, body, headers }: Answer, head: boolean): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(head ? undefined : body);
}
