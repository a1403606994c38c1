import type { ConnectionOptions } from 'node:tls';
import { checkKeys, InvalidOptionsError, type KnownKeys } from '@evenkeel/core';
import type { Dispatcher } from 'undici';

/** Where etcd is, and who asks. */
export interface EtcdConnectionOptions {
  /**
   * Members of one cluster, `http://host:port`, `https://host:port` or `host:port` each; without a port it
   * is 2379. The next one is asked when one fails; where to begin is random.
   */
  readonly endpoints: readonly string[];
  /** Name of an etcd user; the password belongs to it. @default none */
  readonly username?: string;
  /** @default none */
  readonly password?: string;
  /** For `https`, which `host:port` then means. @default the certificate authorities of Node */
  readonly tls?: EtcdTlsOptions;
  /** Your own undici Dispatcher, for requests through a proxy and the like. It stays open. @default an own Agent */
  readonly dispatcher?: Dispatcher;
}

/** The options of `node:tls` that matter here. */
export type EtcdTlsOptions = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'passphrase' | 'servername' | 'rejectUnauthorized'
>;

/** Where etcd is, checked. */
export interface EtcdPlace {
  /** `http://host:port` each. */
  readonly origins: readonly string[];
  readonly credentials: { readonly name: string; readonly password: string } | undefined;
  readonly tls: EtcdTlsOptions | undefined;
  readonly dispatcher: Dispatcher | undefined;
}

/** The keys of {@link EtcdConnectionOptions}, for checks of options that extend them. */
export const CONNECTION_KEYS: KnownKeys<EtcdConnectionOptions> = {
  endpoints: true,
  username: true,
  password: true,
  tls: true,
  dispatcher: true,
};

const TLS_KEYS: KnownKeys<EtcdTlsOptions> = {
  ca: true,
  cert: true,
  key: true,
  passphrase: true,
  servername: true,
  rejectUnauthorized: true,
};

const DEFAULT_PORT = '2379';

/**
 * Checks where etcd is.
 *
 * @throws InvalidOptionsError when an endpoint is none, or options contradict each other
 */
export function etcdPlace({
  endpoints,
  username,
  password,
  tls,
  dispatcher,
}: EtcdConnectionOptions): EtcdPlace {
  if (!Array.isArray(endpoints) || endpoints.length === 0) {
    throw new InvalidOptionsError('endpoints', endpoints, 'a list of "http://host:port" or "host:port"');
  }
  if (tls !== undefined) checkKeys('tls', tls, TLS_KEYS);
  if (dispatcher !== undefined && typeof dispatcher?.request !== 'function') {
    throw new InvalidOptionsError('dispatcher', dispatcher, 'a Dispatcher of undici');
  }
  if (dispatcher !== undefined && tls !== undefined) {
    throw new InvalidOptionsError('tls', tls, 'nothing beside a dispatcher, which has its own');
  }
  const scheme = tls === undefined ? 'http' : 'https';
  const origins = endpoints.map((endpoint: unknown, index) =>
    toOrigin(`endpoints[${index}]`, endpoint, scheme),
  );
  if (tls !== undefined && origins.some((origin) => !origin.startsWith('https:'))) {
    throw new InvalidOptionsError('tls', tls, 'nothing beside http:// endpoints');
  }
  return { origins: [...new Set(origins)], credentials: credentialsOf(username, password), tls, dispatcher };
}

function toOrigin(field: string, endpoint: unknown, scheme: 'http' | 'https'): string {
  const match =
    typeof endpoint === 'string'
      ? /^(?:(https?):\/\/)?(\[[\da-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?\/?$/i.exec(endpoint)
      : null;
  const [, given, host = '', port = DEFAULT_PORT] = match ?? [];
  if (match === null || Number(port) < 1 || Number(port) > 65_535 || !URL.canParse(`http://${host}`)) {
    // It may hold a password, so the message does without it.
    const shown = typeof endpoint === 'string' && endpoint.includes('@') ? 'credentials in it' : endpoint;
    throw new InvalidOptionsError(field, shown, '"http://host:port", "https://host:port" or "host:port"');
  }
  return `${(given ?? scheme).toLowerCase()}://${host.toLowerCase()}:${Number(port)}`;
}

function credentialsOf(name: unknown, password: unknown): EtcdPlace['credentials'] {
  if (name === undefined && password === undefined) return undefined;
  if (typeof name !== 'string' || name === '') {
    throw new InvalidOptionsError('username', name, 'the name of a user, as there is a password');
  }
  if (typeof password !== 'string') {
    throw new InvalidOptionsError('password', typeof password, 'the password of the user, a text');
  }
  return { name, password };
}
