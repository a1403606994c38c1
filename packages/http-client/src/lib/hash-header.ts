import type { Dispatcher } from 'undici';
import { headerNameOption, headerValue, stableHeaders } from './request-headers.ts';

/**
 * A `hashKey` that is the first value of a request header; requests without it have no key.
 *
 * @param name in any case
 * @throws InvalidOptionsError when it is no name of a header
 */
export function hashHeader(name: string): (options: Dispatcher.DispatchOptions) => string | undefined {
  const header = headerNameOption('hashHeader', name);
  return ({ headers }) => headerValue(stableHeaders(headers), header);
}
