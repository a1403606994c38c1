import type { DistributionInput } from './distributions.ts';

/** How long a message takes one way, in ms. Connections are taken to be open already. */
export interface NetworkModel {
  /** Between any two. @default 0 */
  readonly oneWayMs?: DistributionInput;
  /** Between two that both name a zone, and not the same one. @default oneWayMs */
  readonly crossZoneMs?: DistributionInput;
}
