import { expect } from 'vitest';
import type { ExchangeEnded } from '../events/exchange-ended.ts';
import type { ProxyOptions } from '../proxy-options.ts';
import { parts, rawClient } from './raw-client.ts';
import { startProxy } from './start-proxy.ts';
import type { StrictRequest } from './strict-requests.ts';
import { type Answer, strictUpstream } from './strict-upstream.ts';

/** What came of the bytes that a client sent through a proxy. */
export interface Passage {
  /** All that the client received, and its first response taken apart. */
  readonly text: string;
  readonly status: number;
  readonly head: string;
  readonly body: string;
  /** Whether the client's connection was reset. */
  readonly reset: boolean;
  /** What the upstream received. */
  readonly requests: readonly StrictRequest[];
  /** What the proxy told of each exchange. */
  readonly events: readonly ExchangeEnded[];
}

/** How such a passage is to be. */
export interface PassageOptions {
  /** How the upstream answers. @default 200 with the content `ok` */
  readonly answer?: string | Answer;
  readonly proxy?: Partial<ProxyOptions>;
}

/**
 * Sends bytes through a proxy to a strict upstream, and waits until the proxy has closed the client's connection. Fails
 * when the upstream was sent anything that could be read in more than one way.
 */
export async function throughProxy(
  sent: string,
  { answer, proxy: options }: PassageOptions = {},
): Promise<Passage> {
  await using upstream = await strictUpstream(answer);
  await using proxy = await startProxy([upstream.port], options);
  using client = rawClient(proxy.port, sent);
  const { text, reset } = await client.end();
  expect(upstream.faults).toEqual([]);
  const { requests } = upstream;
  return { text, reset, ...parts(text), requests, events: proxy.events };
}

/** Writes a request whose connection is to be closed afterwards. */
export function closing(line: string, fields = '', content = ''): string {
  return `${line} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n${fields}\r\n${content}`;
}
