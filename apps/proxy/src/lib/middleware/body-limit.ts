import { bodyLimit } from '@evenkeel/proxy/middleware';
import { count, ms, object } from '../schema/fields.ts';
import { middlewareDriver } from './driver.ts';

/** How long and how slow the content of requests may be. */
export const bodyLimitDriver = middlewareDriver({
  schema: object('Bounds the content of requests.', {
    maxBytes: count('Longer content is answered 413. Default no limit.').exactOptional(),
    idleTimeoutMs: ms('How long nothing may arrive while the upstream waits. Default no limit.', {
      min: 1,
    }).exactOptional(),
    timeoutMs: ms('How long the whole content may take. Default that of the connection.', {
      min: 1,
    }).exactOptional(),
  }),
  build: (config) => bodyLimit(config),
});
