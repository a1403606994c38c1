import { type Endpoint, type EndpointInput, isEndpointId, MAX_ID_LENGTH, toEndpoint } from '../endpoint.ts';
import { InvalidOptionsError } from '../errors.ts';
import type { KnownKeys } from '../known-keys.ts';

/** Which endpoint a registrar announces, and as what: the same options for every registry. */
export interface AnnouncementOptions extends EndpointInput {
  /** Of the program; clients see it as metadata `version`. @default none */
  readonly version?: string;
  /** Clients see them as metadata `tags`, joined by commas. @default [] */
  readonly tags?: readonly string[];
}

/** The keys of {@link AnnouncementOptions}, for checks of options that extend them. */
export const ANNOUNCEMENT_KEYS: KnownKeys<AnnouncementOptions> = {
  address: true,
  host: true,
  port: true,
  id: true,
  weight: true,
  priority: true,
  zone: true,
  metadata: true,
  version: true,
  tags: true,
};

/**
 * Makes the endpoint that is announced. Registries with narrower rules for names check its id once more.
 *
 * @throws InvalidOptionsError when a field is out of its range, or the id is none that a cluster takes
 */
export function announcedEndpoint(options: AnnouncementOptions): Endpoint {
  const endpoint = toEndpoint(options);
  if (!isEndpointId(endpoint.id)) {
    const allowed = `1 to ${MAX_ID_LENGTH} characters without control characters`;
    throw new InvalidOptionsError('id', endpoint.id, allowed);
  }
  return endpoint;
}
