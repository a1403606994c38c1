import { apertureSubset } from './aperture-subset.ts';
import { rendezvousSubset } from './rendezvous-subset.ts';
import type { Subset } from './subset.ts';
import type { SubsetOptions } from './subset-options.ts';

/**
 * Makes the subset that the options describe.
 *
 * @throws InvalidOptionsError when an option is missing or out of its range
 */
export function createSubset(options: SubsetOptions): Subset {
  return 'clientId' in options ? rendezvousSubset(options) : apertureSubset(options);
}
