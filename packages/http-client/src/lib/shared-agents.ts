import { isDeepStrictEqual } from 'node:util';
import { Agent } from 'undici';

/** An agent that clients with the same options have in common. */
export interface SharedAgent {
  readonly agent: Agent;
  readonly options: Agent.Options;
  /** The clients that have it. Once nobody has it any more it is closed, and not taken again. */
  readonly users: Set<object>;
}

/** Takes the agent among those with the same options, or makes one. */
export function shareAgent(options: Agent.Options, among: readonly SharedAgent[], user: object): SharedAgent {
  const known = among.find((one) => one.users.size > 0 && isDeepStrictEqual(one.options, options));
  const shared = known ?? { agent: new Agent(options), options, users: new Set() };
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
