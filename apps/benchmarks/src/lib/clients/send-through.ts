import type { Dispatcher } from 'undici';
import type { Client } from './contender.ts';

/**
 * Sends requests through an undici dispatcher.
 *
 * @param next the origin of the next request
 */
export function sendThrough(dispatcher: Dispatcher, next: () => string): Client {
  return {
    async send() {
      const { statusCode, body } = await dispatcher.request({ origin: next(), path: '/', method: 'GET' });
      await body.dump();
      return statusCode < 500;
    },
    // Not `close`, which waits for requests that an endpoint may never answer.
    close: () => dispatcher.destroy(),
  };
}
