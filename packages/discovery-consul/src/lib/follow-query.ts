import { DiscoveryError, sleep } from '@evenkeel/core';
import { jittered } from '@evenkeel/core/driver';
import { isFiltered, isOutdated, readJson } from './answer.ts';
import { askLeaderIfEmpty } from './ask-leader.ts';
import type { Reply } from './exchange.ts';
import type { Follow } from './follow.ts';
import type { LinkRequest } from './link.ts';
import type { Settings } from './options.ts';

const JITTER_RATIO = 0.2;

/**
 * Follows a prepared query by executing it again and again, as Consul has no blocking form of that. Endpoints
 * of another datacenter are other endpoints, whatever their names; when the query fails over, those it left
 * are gone for good reason.
 */
export async function followQuery(follow: Follow): Promise<never> {
  const { settings, link, pace, view, box, signal, datacenter } = follow;
  const { clock, random, pollMs } = settings;
  let from: string | undefined;
  let ids: readonly string[] = [];

  const request = (query: Settings['query']): Omit<LinkRequest, 'signal'> => ({
    path: '/query/{query}/execute',
    params: { query: settings.source.name },
    query: { ...query, ...(datacenter === undefined ? {} : { dc: datacenter }) },
  });
  const execute = async (): Promise<Reply> => {
    using _lane = await link.share.lanes.wait(signal);
    return await link.get({ ...request(settings.query), signal });
  };

  for (;;) {
    await sleep(clock, pace.next(), signal);
    const {
      reply,
      content: { nodes, place },
    } = await askLeaderIfEmpty(follow, {
      reply: await execute(),
      read: readResult,
      isEmpty: (result) => result.nodes.length === 0,
      request,
    });
    const failedOver = from !== undefined && place !== from;
    from = place;
    const stale = isOutdated(reply) || follow.isLeaderless();
    const snapshot = view.take(nodes, { stale }, { idPrefix: `${place}/` });
    pace.wasNews(snapshot !== undefined);
    if (snapshot !== undefined) {
      const left = failedOver ? ids : [];
      ids = snapshot.endpoints.map(({ id }) => id);
      box.put(left.length === 0 ? snapshot : { ...snapshot, deregistered: left });
    }
    await sleep(clock, jittered(pollMs, JITTER_RATIO, random), signal);
  }
}

function readResult(reply: Reply): { nodes: readonly unknown[]; place: string } {
  const result = readJson(reply);
  const isObject = typeof result === 'object' && result !== null;
  const { Nodes: nodes, Datacenter: place }: { Nodes?: unknown; Datacenter?: unknown } = isObject
    ? result
    : {};
  // Without endpoints, some versions say null.
  if (typeof place !== 'string' || !(Array.isArray(nodes) || nodes === null)) {
    throw new DiscoveryError('the answer is no result of a prepared query');
  }
  if ((nodes ?? []).length === 0 && isFiltered(reply)) {
    throw new DiscoveryError('the token may not see the service: all of the answer was filtered');
  }
  return { nodes: nodes ?? [], place };
}
