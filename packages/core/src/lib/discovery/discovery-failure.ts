import { DiscoveryError } from '../errors.ts';
import { describeError } from '../health/describe-error.ts';

/**
 * Makes what a watch throws of what went wrong in it.
 *
 * @param where begins the message: the registry, its address, the service
 * @param error becomes the cause
 */
export function discoveryFailure(where: string, error: unknown): DiscoveryError {
  return new DiscoveryError(`${where}: ${describeError(error)}`, { cause: error });
}
