// Endpoints in a process of their own. It may register one of them, so that a SIGKILL is the crash of an instance.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveParent } from '../../lib/processes/served.ts';
import { REGISTRIES } from '../registries/registries.ts';
import type { Place, RegistryName } from '../registries/registry.ts';

export interface AnsweringRequest {
  /** How many endpoints to open. */
  readonly open: number;
  /** Where to register the first of them, if anywhere. */
  readonly register?: {
    readonly registry: RegistryName;
    readonly place: Place;
    readonly service: string;
    readonly ttlMs: number;
  };
}

export interface AnsweringReply {
  /** `host:port` of each endpoint that this request opened. */
  readonly addresses: readonly string[];
}

serveParent<AnsweringRequest, AnsweringReply>(async ({ open, register }) => {
  const addresses = await Promise.all(Array.from({ length: open }, openEndpoint));
  const endpoint = addresses[0];
  if (register !== undefined && endpoint !== undefined) {
    const { registry, place, service, ttlMs } = register;
    await REGISTRIES[registry].registrar(place, { service, endpoint, ttlMs }).register();
  }
  return { addresses };
});

async function openEndpoint(): Promise<string> {
  const server = createServer((_request, response) => response.end('ok\n'));
  // Longer than any benchmark, so that no client sends into a connection that is being closed for idling.
  server.keepAliveTimeout = 600_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
