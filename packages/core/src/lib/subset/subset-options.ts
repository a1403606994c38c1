/**
 * Gives each of many clients only some of many endpoints, so that connections stay few. Both kinds are deterministic:
 * the same client gets the same subset again after a restart.
 */
export type SubsetOptions = ApertureSubset | RendezvousSubset;

/** Deterministic aperture (Finagle): equal load on all endpoints by construction; clients must be numbered. */
export interface ApertureSubset {
  /** Endpoints each client uses at least. @default 12 */
  readonly size?: number;
  /** This client's number, from 0. */
  readonly clientIndex: number;
  /** How many clients there are. */
  readonly clientCount: number;
}

/** Rendezvous subsetting (gRFC A68): clients need only a name; load is equal on average. */
export interface RendezvousSubset {
  /** Endpoints each client uses. @default 12 */
  readonly size?: number;
  /** Any string that differs between clients, such as the host name. */
  readonly clientId: string;
}
