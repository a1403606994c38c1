import { InvalidOptionsError } from '@evenkeel/core';

/** Where one server of the ensemble is. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  /** As the user wrote it, for messages. */
  readonly label: string;
}

const DEFAULT_PORT = 2181;

/**
 * Checks the list of servers.
 *
 * @throws InvalidOptionsError naming the first that is no `host:port`
 */
export function parseServers(servers: unknown): readonly ServerAddress[] {
  if (!Array.isArray(servers) || servers.length === 0) {
    throw new InvalidOptionsError('servers', servers, 'a list of at least one "host:port"');
  }
  return servers.map((server: unknown, index) => parseServer(server, `servers[${index}]`));
}

function parseServer(server: unknown, field: string): ServerAddress {
  const match =
    typeof server === 'string' ? /^(?:\[([\da-fA-F:.%]+)\]|([\w.-]+))(?::(\d{1,5}))?$/.exec(server) : null;
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? DEFAULT_PORT : Number(match[3]);
  if (match === null || host === undefined || port < 1 || port > 65_535) {
    throw new InvalidOptionsError(field, server, '"host:port" with a port from 1 to 65535');
  }
  return { host, port, label: match[0] };
}
