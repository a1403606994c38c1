// One endpoint in a process of its own, so that neither the load generator nor another endpoint shares its event loop.
import { serveParent } from '../processes/served.ts';
import type { Behaviour } from './behaviour.ts';
import { startEndpointServer } from './endpoint-server.ts';

/** Sets the behaviour, or asks how things are. */
export interface EndpointRequest {
  readonly behaviour?: Behaviour;
}

export interface EndpointReply {
  readonly port: number;
  /** Requests since the behaviour was last set. */
  readonly requests: number;
}

const server = startEndpointServer({ kind: 'answer', statusCode: 200, delayMs: 0 });

serveParent<EndpointRequest, EndpointReply>(async ({ behaviour }) => {
  const { behave } = await server;
  if (behaviour !== undefined) await behave(behaviour);
  const { port, requests } = await server;
  return { port, requests };
});
