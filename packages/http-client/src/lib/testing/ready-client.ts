import { settle } from '@evenkeel/core/testing';
import { createHttpClient } from '../http-client.ts';
import type { HttpClient } from '../http-client-interface.ts';
import type { HttpClientOptions } from '../http-client-options.ts';

/** A client whose clusters are ready, and whose requests do not outlive a test that fails in the middle. */
export async function readyClient(options: HttpClientOptions): Promise<HttpClient> {
  const client = createHttpClient(options);
  client[Symbol.asyncDispose] = () => client.destroy();
  await settle();
  return client;
}
