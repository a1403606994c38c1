import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { LookupFunction } from 'node:net';
import { DiscoveryError } from '@evenkeel/core';
import { isPapiClient, type PapiClient } from './client.ts';
import type { ConsulPlace } from './connection-options.ts';

/** With the requests that are allowed at once this stays below the 200 connections of an agent's limit. */
const MAX_IDLE_CONNECTIONS = 10;

/**
 * Makes a client for the place, or returns the caller's.
 *
 * @throws DiscoveryError when npm consul is not installed, or another version of it
 */
export async function createClient(place: ConsulPlace): Promise<PapiClient> {
  if (place.kind === 'client') return place.client;
  const { baseUrl, socketPath, tls } = place;
  const Client = await loadLibrary();
  const url = new URL(baseUrl);
  const Agent = url.protocol === 'https:' ? HttpsAgent : HttpAgent;
  const { ca, cert, key, serverName } = tls;
  const client: unknown = new Client({
    baseUrl: url,
    agent: new Agent({ keepAlive: true, maxFreeSockets: MAX_IDLE_CONNECTIONS }),
    ...(socketPath === undefined ? {} : { socketPath }),
    ...(url.hostname.startsWith('[') ? { lookup: literal(url.hostname.slice(1, -1)) } : {}),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert, key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  });
  if (!isPapiClient(client)) throw new DiscoveryError('npm consul is of another version: ^2 is needed');
  return client;
}

/** The library keeps the brackets of an IPv6 address, which are no part of a host name. */
function literal(address: string): LookupFunction {
  return (_host, { all }, callback) => {
    if (all === true) callback(null, [{ address, family: 6 }]);
    else callback(null, address, 6);
  };
}

async function loadLibrary(): Promise<new (options: object) => unknown> {
  try {
    return (await import('consul')).default;
  } catch (error) {
    throw new DiscoveryError('npm consul is missing: npm install consul@2, or pass a client', {
      cause: error,
    });
  }
}
