import { startChild } from '../processes/child.ts';
import type { Behaviour } from './behaviour.ts';
import type { EndpointReply, EndpointRequest } from './endpoint-process.ts';

/** Some endpoints, each in a process of its own. */
export interface EndpointGroup extends AsyncDisposable {
  /** `host:port` of each. */
  readonly addresses: readonly string[];
  /** Sets the behaviour of each and starts counting anew. */
  behave(behaviours: readonly Behaviour[]): Promise<void>;
  /** Requests that reached each since its behaviour was set. */
  requests(): Promise<readonly number[]>;
}

/** Starts as many endpoints as there are behaviours. */
export async function startEndpoints(behaviours: readonly Behaviour[]): Promise<EndpointGroup> {
  const module = new URL('./endpoint-process.ts', import.meta.url);
  const children = behaviours.map(() => startChild<EndpointRequest, EndpointReply>(module));
  const ask = (requests: readonly EndpointRequest[]): Promise<readonly EndpointReply[]> =>
    Promise.all(children.map((child, index) => child.ask(requests[index] ?? {})));
  const stop = async (): Promise<void> => {
    await Promise.all(children.map((child) => child[Symbol.asyncDispose]()));
  };
  try {
    const replies = await ask(behaviours.map((behaviour) => ({ behaviour })));
    return {
      addresses: replies.map(({ port }) => `127.0.0.1:${port}`),
      async behave(next) {
        await ask(next.map((behaviour) => ({ behaviour })));
      },
      async requests() {
        return (await ask([])).map((reply) => reply.requests);
      },
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
