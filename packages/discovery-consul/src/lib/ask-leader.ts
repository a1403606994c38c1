import { sleep } from '@evenkeel/core';
import { isOutdated } from './answer.ts';
import type { Reply } from './exchange.ts';
import type { Follow } from './follow.ts';
import type { LinkRequest } from './link.ts';
import type { Settings } from './options.ts';

/** An answer, and how to ask for it again. */
export interface Question<T> {
  readonly reply: Reply;
  /** @throws DiscoveryError when it cannot be read */
  readonly read: (reply: Reply) => T;
  readonly isEmpty: (content: T) => boolean;
  /** The same question with other parameters. It does not wait for a change. */
  readonly request: (query: Settings['query']) => Omit<LinkRequest, 'signal'>;
}

/**
 * Reads an answer; one that lists nobody is believed only when the leader says so as well. A server that starts,
 * or joins, answers from what it has replayed of its log: at first that is nobody, with status 200, a known
 * leader and a contact of just now (hashicorp/consul#2644; #4554 left the time between the first contact and the
 * last entry). An answer that doubts itself removes nobody, and needs no more than that.
 *
 * @throws whatever `link.get` and the reading throw: what nobody can confirm is no answer
 */
export async function askLeaderIfEmpty<T>(
  { settings, link, pace, signal, view, isLeaderless }: Follow,
  { reply, read, isEmpty, request }: Question<T>,
): Promise<{ readonly reply: Reply; readonly content: T }> {
  const content = read(reply);
  const isNews = isEmpty(content) && !view.isSurelyEmpty;
  if (!isNews || settings.leaderQuery === undefined || isOutdated(reply) || isLeaderless()) {
    return { reply, content };
  }
  await sleep(settings.clock, pace.next(), signal);
  using _lane = await link.share.lanes.wait(signal);
  const confirmed = await link.get({ ...request(settings.leaderQuery), signal });
  return { reply: confirmed, content: read(confirmed) };
}
