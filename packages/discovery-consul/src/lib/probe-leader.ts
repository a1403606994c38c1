import { sleep } from '@evenkeel/core';
import { readJson } from './answer.ts';
import type { Follow } from './follow.ts';

/**
 * Asks the agent again and again who leads: a frozen agent closes no connection, and a query that waits says
 * nothing about one. Ends with the first question that is not answered.
 *
 * @param onLeader told with each answer whether there is a leader
 */
export async function probeLeader(
  { settings, link, signal, datacenter }: Pick<Follow, 'settings' | 'link' | 'signal' | 'datacenter'>,
  onLeader: (isThere: boolean) => void,
): Promise<never> {
  const { clock, pingMs } = settings;
  const ask = async (askSignal: AbortSignal): Promise<boolean> => {
    const query = datacenter === undefined ? {} : { dc: datacenter };
    return readJson(await link.get({ path: '/status/leader', query, signal: askSignal })) !== '';
  };
  for (;;) {
    await sleep(clock, pingMs, signal);
    try {
      onLeader(await link.share.probe(`leader of ${datacenter ?? ''}`, pingMs / 2, ask));
    } catch (error) {
      if (!isHangUp(error)) throw error;
    }
  }
}

function isHangUp(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
}
