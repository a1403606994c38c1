import { failure } from '../errors/reason.ts';
import type { Middleware, RoutedRequest } from './middleware.ts';

/**
 * Takes a request through middleware, in order, and then to its end.
 *
 * @param end called when the last has passed the request on
 */
export function runMiddleware(chain: readonly Middleware[], request: RoutedRequest, end: () => void): void {
  step(chain, 0, request, end);
}

function step(chain: readonly Middleware[], index: number, request: RoutedRequest, end: () => void): void {
  const middleware = chain[index];
  if (middleware === undefined) {
    end();
    return;
  }
  let passed = false;
  const next = (): void => {
    if (passed || request.done) return;
    passed = true;
    step(chain, index + 1, request, end);
  };
  const failed = (error: unknown): void => request.fail(failure('internal'), error);
  try {
    const running = middleware(request, next);
    if (running instanceof Promise) running.catch(failed);
  } catch (error) {
    failed(error);
  }
}
