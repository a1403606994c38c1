import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Dispatcher } from 'undici';

/** An origin on a free port of the loopback interface. */
export interface Origin extends AsyncDisposable {
  readonly url: string;
  /** Requests so far. */
  readonly count: number;
}

/** Starts an origin. */
export async function openOrigin(
  answer: (request: IncomingMessage, response: ServerResponse, count: number) => void,
): Promise<Origin> {
  let count = 0;
  const server = createServer((request, response) => answer(request, response, ++count));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get count() {
      return count;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A client behind an interceptor. @param agent what sends on */
export function client(
  agent: Dispatcher,
  interceptor: Dispatcher.DispatcherComposeInterceptor,
): Dispatcher & AsyncDisposable {
  const dispatcher = agent.compose(interceptor);
  return Object.assign(dispatcher, { [Symbol.asyncDispose]: () => dispatcher.destroy() });
}

/** The body of a GET. */
export async function text(
  dispatcher: Dispatcher,
  url: string,
  headers: Record<string, string> = {},
): Promise<string> {
  const { origin, pathname, search } = new URL(url);
  const { body } = await dispatcher.request({ origin, path: pathname + search, method: 'GET', headers });
  return body.text();
}
