import { isDeepStrictEqual } from 'node:util';
import type { Dispatcher } from 'undici';

/** An agent that clients with the same options have in common. */
export interface SharedAgent {
  readonly agent: Dispatcher;
  readonly wanted: WantedAgent;
  /** The clients that have it. Once nobody has it any more it is closed, and not taken again. */
  readonly users: Set<object>;
}

/** What kind of agent, and with which options. */
export interface WantedAgent {
  readonly kind: 'http1' | 'http2';
  readonly options: object;
}

/** Takes the agent among those of the same kind and options, or makes one. */
export function shareAgent(
  wanted: WantedAgent,
  make: () => Dispatcher,
  among: readonly SharedAgent[],
  user: object,
): SharedAgent {
  const known = among.find((one) => one.users.size > 0 && isDeepStrictEqual(one.wanted, wanted));
  const shared = known ?? { agent: make(), wanted, users: new Set() };
  shared.users.add(user);
  return shared;
}

/**
 * Lets go of an agent; the last client to do so ends its connections.
 *
 * @param error breaks off connections that are in use; without one they end first
 */
export async function leaveAgent(shared: SharedAgent, user: object, error?: Error): Promise<void> {
  shared.users.delete(user);
  if (shared.users.size > 0) return;
  await (error === undefined ? shared.agent.close() : shared.agent.destroy(error));
}
