import { InvalidOptionsError } from '@evenkeel/core';

/** The names of what one service has in Redis. */
export interface ServiceKeys {
  /**
   * ZSET of lease ends, HASH of records, HASH of epoch and counter, channel: in one slot of a cluster by
   * their hash tag.
   */
  readonly leased: readonly [expiries: string, records: string, meta: string, channel: string];
  readonly channel: string;
  /** The key of the form without leases. */
  readonly plain: string;
}

/** What names are made of. */
export interface KeyOptions {
  readonly service: string;
  /** Begins the keys of the leased form. @default 'lb' */
  readonly prefix?: string;
  /** Begins the key of the plain form. @default 'services' */
  readonly plainPrefix?: string;
}

/**
 * Makes the names.
 *
 * @throws InvalidOptionsError for a name that is empty, too long, or has braces or control characters
 */
export function serviceKeys({ service, prefix = 'lb', plainPrefix = 'services' }: KeyOptions): ServiceKeys {
  checkName('service', service);
  checkName('prefix', prefix);
  checkName('plainPrefix', plainPrefix);
  const base = `${prefix}:{${service}}`;
  const channel = `${base}:ch`;
  return {
    leased: [`${base}:exp`, `${base}:rec`, `${base}:meta`, channel],
    channel,
    plain: `${plainPrefix}:${service}`,
  };
}

function checkName(field: string, name: unknown): void {
  // Braces would move the hash tag, and the four keys into different slots; a lone surrogate would be written as
  // another character, and so as another name.
  if (typeof name !== 'string' || name === '' || name.length > 255 || /[{}\p{Cc}\p{Cs}]/u.test(name)) {
    throw new InvalidOptionsError(field, name, '1 to 255 characters without braces and control characters');
  }
}
