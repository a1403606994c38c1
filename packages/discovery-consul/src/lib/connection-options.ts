import { checkKeys, InvalidOptionsError, type KnownKeys } from '@evenkeel/core';
import { type ConsulClient, isPapiClient, type PapiClient } from './client.ts';

/** Where Consul is, and as whom it is asked. Exactly one of `address` and `client` is given. */
export interface ConsulConnectionOptions {
  /** The agent: `127.0.0.1:8500`, a URL with http or https, or `unix:///path/to/socket`. */
  readonly address?: string;
  /** Your own `Consul` of npm `consul` 2; its default token, dc and partition apply. It stays open. */
  readonly client?: ConsulClient;
  /** Sent as `X-Consul-Token`. @default none, or the client's */
  readonly token?: string;
  /** Its presence makes `host:port` an https address. @default the roots that Node trusts */
  readonly tls?: ConsulTlsOptions;
  /** Consul Enterprise. @default the token's */
  readonly namespace?: string;
  /** Consul Enterprise. @default the agent's */
  readonly partition?: string;
}

/** Certificates as PEM text. */
export interface ConsulTlsOptions {
  /** Who may have signed the agent's certificate. */
  readonly ca?: string;
  /** The own certificate, where the agent verifies clients. */
  readonly cert?: string;
  readonly key?: string;
  /** The name that the agent's certificate must have. @default the host of the address */
  readonly serverName?: string;
}

/** One way to reach an agent, checked. */
export type ConsulPlace =
  | { readonly kind: 'client'; readonly client: PapiClient; readonly name: string }
  | {
      readonly kind: 'url';
      readonly baseUrl: string;
      readonly socketPath?: string;
      readonly tls: ConsulTlsOptions;
      /** For messages: the address without credentials. */
      readonly name: string;
    };

/** The keys of {@link ConsulConnectionOptions}, for checks of options that extend them. */
export const CONNECTION_KEYS: KnownKeys<ConsulConnectionOptions> = {
  address: true,
  client: true,
  token: true,
  tls: true,
  namespace: true,
  partition: true,
};

const ADDRESS = '"host:port", http://…, https://… or unix:///path';

/**
 * Checks where Consul is.
 *
 * @throws InvalidOptionsError when not exactly one way is given, or it makes no sense
 */
export function consulPlace(options: ConsulConnectionOptions): ConsulPlace {
  const { address, client, tls } = options;
  if ((address === undefined) === (client === undefined)) {
    const given = address === undefined ? undefined : 'both';
    throw new InvalidOptionsError('address, client', given, 'exactly one of them');
  }
  for (const field of ['token', 'namespace', 'partition'] as const) checkHeader(field, options[field]);
  if (client !== undefined) {
    if (!isPapiClient(client)) throw new InvalidOptionsError('client', client, 'a Consul of npm consul 2');
    if (tls !== undefined) throw new InvalidOptionsError('tls', tls, 'none: the client has its own');
    return { kind: 'client', client, name: 'client' };
  }
  checkTls(tls);
  return { kind: 'url', tls: tls ?? {}, ...readAddress(address, tls !== undefined) };
}

function readAddress(
  address: unknown,
  isTls: boolean,
): { baseUrl: string; name: string; socketPath?: string } {
  if (typeof address !== 'string') throw new InvalidOptionsError('address', address, ADDRESS);
  if (address.startsWith('unix://')) {
    const socketPath = address.slice('unix://'.length);
    if (!socketPath.startsWith('/') || isTls) throw new InvalidOptionsError('address', address, ADDRESS);
    return { baseUrl: 'http://localhost/v1', name: address, socketPath };
  }
  const url = URL.parse(address.includes('://') ? address : withScheme(address, isTls));
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (url === null || !isHttp || url.hostname === '' || url.search !== '' || url.hash !== '') {
    // The value may hold a password, so the message does without it.
    throw new InvalidOptionsError('address', url?.protocol ?? 'no address', ADDRESS);
  }
  if (isTls && url.protocol === 'http:') throw new InvalidOptionsError('address', 'http:', 'https with tls');
  const name = url.host + url.pathname.replace(/\/+$/, '');
  return { baseUrl: `${url.href.replace(/\/+$/, '')}/v1`, name };
}

function withScheme(address: string, isTls: boolean): string {
  const bare = /^(?:\[[^\]]+\]|[^:/@]+)(:\d{1,5})?$/.exec(address);
  const port = bare?.[1] === undefined ? (isTls ? ':8501' : ':8500') : '';
  return bare === null ? '' : `${isTls ? 'https' : 'http'}://${address}${port}`;
}

function checkTls(tls: ConsulTlsOptions | undefined): void {
  if (tls === undefined) return;
  checkKeys('tls', tls, { ca: true, cert: true, key: true, serverName: true });
  for (const [field, value] of Object.entries(tls)) {
    if (value !== undefined && typeof value !== 'string') {
      throw new InvalidOptionsError(`tls.${field}`, value, 'text');
    }
  }
  if ((tls.cert === undefined) !== (tls.key === undefined)) {
    throw new InvalidOptionsError('tls', 'one of cert and key', 'both or none of them');
  }
}

function checkHeader(field: string, value: string | undefined): void {
  if (value !== undefined && !(typeof value === 'string' && /^[\x21-\x7e]{1,512}$/.test(value))) {
    // A token is a secret: the message does without the value.
    throw new InvalidOptionsError(field, typeof value, '1 to 512 characters of ASCII without spaces');
  }
}
