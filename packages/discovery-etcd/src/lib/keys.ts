import { InvalidOptionsError } from '@evenkeel/core';

/** What the names of keys are made of. */
export interface EtcdKeyOptions {
  readonly service: string;
  /** Begins the keys; empty for keys `<service>/<id>`. @default 'lb' */
  readonly prefix?: string;
}

/** The names of what one service has in etcd. */
export interface ServiceKeys {
  /** Begins them all, and ends in a slash. */
  readonly base: string;
  /** The first name after them. */
  readonly end: string;
  /** Holds what names this store, written by the first registrar that finds none. */
  readonly epoch: string;
  /** Holds the id of who deregistered last. */
  readonly left: string;
  /** The key of an endpoint. */
  record(id: string): string;
}

const MAX_LENGTH = 255;

/**
 * Makes the names.
 *
 * @throws InvalidOptionsError for a service that is empty, too long, or has slashes or control characters
 */
export function serviceKeys({ service, prefix = 'lb' }: EtcdKeyOptions): ServiceKeys {
  // A slash would make one service a part of another one.
  if (!isText(service) || service === '' || service.includes('/')) {
    throw new InvalidOptionsError('service', service, '1 to 255 characters, no slash or control character');
  }
  if (!isText(prefix) || prefix.endsWith('/')) {
    throw new InvalidOptionsError(
      'prefix',
      prefix,
      'up to 255 characters, no control character, no slash at the end',
    );
  }
  const stem = prefix === '' ? service : `${prefix}/${service}`;
  const base = `${stem}/`;
  return {
    base,
    end: `${stem}0`,
    epoch: `${base}/epoch`,
    left: `${base}/left`,
    record: (id) => base + id,
  };
}

function isText(value: unknown): value is string {
  return (
    typeof value === 'string' && value.length <= MAX_LENGTH && value.isWellFormed() && !/\p{Cc}/u.test(value)
  );
}
