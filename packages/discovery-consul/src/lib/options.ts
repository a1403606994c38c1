import {
  type Clock,
  checkKeys,
  choiceOption,
  InvalidOptionsError,
  type KnownKeys,
  numberOption,
  type Random,
  systemClock,
} from '@evenkeel/core';
import {
  CONNECTION_KEYS,
  type ConsulConnectionOptions,
  type ConsulPlace,
  consulPlace,
} from './connection-options.ts';

/** How current an answer must be. */
export type ConsulConsistency = 'stale' | 'default' | 'consistent' | 'cached';

/** Which service is watched, and where. Exactly one of `service` and `query` is given. */
export interface ConsulDiscoveryOptions extends ConsulConnectionOptions {
  /** The name of a service. */
  readonly service?: string;
  /** The name or id of a prepared query, which is polled. */
  readonly query?: string;
  /** @default the agent's */
  readonly datacenter?: string;
  /**
   * Several datacenters in order of preference, at most 12: the endpoints of each get the next ten
   * priorities. Instead of `datacenter`. @default none
   */
  readonly datacenters?: readonly string[];
  /** Only endpoints that have all of these. @default [] */
  readonly tags?: readonly string[];
  /** A filter expression of Consul, such as `Service.Meta.version == "2"`. @default none */
  readonly filter?: string;
  /**
   * `stale` is answered by any server, even without a leader; `default` and `consistent` fail without one;
   * `cached` shares one query among all watches of an agent. Whichever it is, an empty answer is believed only
   * when a leader confirms it by a `consistent` one. @default 'stale'
   */
  readonly consistency?: ConsulConsistency;
  /** How long a query waits for a change, in ms. @default 55_000 */
  readonly waitMs?: number;
  /**
   * How often a prepared query is executed, ± 20 %, in ms; also a service for which no query may wait, as
   * 150 do already. @default 10_000, and 5_000 for a service
   */
  readonly pollMs?: number;
  /** How often the agent is asked whether it is alive and has a leader, in ms. @default 5_000 */
  readonly pingMs?: number;
  /** How long connecting and each answer may take, beside the wait for a change, in ms. @default 2_000 */
  readonly timeoutMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
  /** @default Math.random */
  readonly random?: Random;
}

type QueryParameters = Readonly<Record<string, string | readonly string[]>>;

/** The options with every default filled in. */
export interface Settings {
  readonly place: ConsulPlace;
  readonly scope: Pick<ConsulConnectionOptions, 'token' | 'namespace' | 'partition'>;
  readonly source: { readonly kind: 'service' | 'query'; readonly name: string };
  readonly datacenters: readonly (string | undefined)[];
  /** Tags, filter and consistency, as parameters. */
  readonly query: QueryParameters;
  /** The same, answered by a leader that has made sure that it is one; undefined when `query` is so already. */
  readonly leaderQuery: QueryParameters | undefined;
  readonly waitMs: number;
  readonly pollMs: number;
  readonly pingMs: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
}

const KEYS: KnownKeys<ConsulDiscoveryOptions> = {
  ...CONNECTION_KEYS,
  service: true,
  query: true,
  datacenter: true,
  datacenters: true,
  tags: true,
  filter: true,
  consistency: true,
  waitMs: true,
  pollMs: true,
  pingMs: true,
  timeoutMs: true,
  clock: true,
  random: true,
};

const MAX_DATACENTERS = 12;

/**
 * Checks the options of a discovery and fills in the defaults.
 *
 * @throws InvalidOptionsError when an option is missing or out of its range
 */
export function discoverySettings(options: ConsulDiscoveryOptions): Settings {
  checkKeys('', options, KEYS);
  const { service, query, tags, filter, token, namespace, partition } = options;
  const { clock = systemClock, random = Math.random } = options;
  if ((service === undefined) === (query === undefined)) {
    throw new InvalidOptionsError('service, query', service && 'both', 'exactly one of them');
  }
  const isQuery = query !== undefined;
  if (isQuery) {
    for (const field of ['tags', 'filter', 'datacenters'] as const) {
      if (options[field] !== undefined) {
        throw new InvalidOptionsError(field, options[field], 'none: the prepared query has its own');
      }
    }
  }
  const choice: QueryParameters = {
    ...(tags === undefined ? {} : { tag: checkTags(tags) }),
    ...(filter === undefined ? {} : { filter: checkText('filter', filter) }),
  };
  const consistency = consistencyOf(options.consistency);
  return {
    place: consulPlace(options),
    scope: {
      ...(token === undefined ? {} : { token }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(partition === undefined ? {} : { partition }),
    },
    source: isQuery
      ? { kind: 'query', name: checkName('query', query) }
      : { kind: 'service', name: checkName('service', service) },
    datacenters: datacentersOf(options),
    query: consistency === 'default' ? choice : { ...choice, [consistency]: '1' },
    leaderQuery: consistency === 'consistent' ? undefined : { ...choice, consistent: '1' },
    waitMs: numberOption('waitMs', options.waitMs, 55_000, { min: 1_000, max: 600_000 }),
    pollMs: numberOption('pollMs', options.pollMs, isQuery ? 10_000 : 5_000, { min: 100 }),
    pingMs: numberOption('pingMs', options.pingMs, 5_000, { min: 100 }),
    timeoutMs: numberOption('timeoutMs', options.timeoutMs, 2_000, { min: 1 }),
    clock,
    random,
  };
}

/**
 * Checks the name of a service or a prepared query.
 *
 * @throws InvalidOptionsError when it would not survive as a part of a path
 */
export function checkName(field: string, name: unknown): string {
  const text = checkText(field, name);
  if (leadsElsewhere(text) || text.length > 255 || !text.isWellFormed()) {
    const allowed =
      'a name of 1 to 255 characters, without empty parts and parts of dots between its slashes';
    throw new InvalidOptionsError(field, name, allowed);
  }
  return text;
}

/** Consul unescapes a path before it removes dots and double slashes, and redirects to what is left. */
function leadsElsewhere(name: string): boolean {
  const parts = name.split('/');
  return parts.some(
    (part, index) =>
      part === '.' || part === '..' || (part === '' && (index === 0 || index < parts.length - 1)),
  );
}

/**
 * Checks a list of tags.
 *
 * @throws InvalidOptionsError when one is no text
 */
export function checkTags(tags: readonly string[]): readonly string[] {
  if (!Array.isArray(tags)) throw new InvalidOptionsError('tags', tags, 'a list of texts');
  return tags.map((tag, index) => checkText(`tags[${index}]`, tag));
}

function datacentersOf({ datacenter, datacenters }: ConsulDiscoveryOptions): readonly (string | undefined)[] {
  if (datacenters === undefined) {
    return [datacenter === undefined ? undefined : checkText('datacenter', datacenter)];
  }
  if (datacenter !== undefined)
    throw new InvalidOptionsError('datacenter', datacenter, 'none with datacenters');
  const isList =
    Array.isArray(datacenters) && datacenters.length >= 1 && datacenters.length <= MAX_DATACENTERS;
  if (!isList || new Set(datacenters).size !== datacenters.length) {
    throw new InvalidOptionsError('datacenters', datacenters, `1 to ${MAX_DATACENTERS} different names`);
  }
  return datacenters.map((name, index) => checkText(`datacenters[${index}]`, name));
}

function consistencyOf(consistency: ConsulConsistency | undefined): ConsulConsistency {
  return choiceOption('consistency', consistency, 'stale', ['stale', 'default', 'consistent', 'cached']);
}

function checkText(field: string, value: unknown): string {
  if (typeof value !== 'string' || value === '' || /\p{Cc}/u.test(value)) {
    throw new InvalidOptionsError(field, value, 'text without control characters');
  }
  return value;
}
