import { DiscoveryError, sleep } from '@evenkeel/core';
import { jittered } from '@evenkeel/core/driver';
import { isFiltered, isOutdated, readIndex, readJson } from './answer.ts';
import { askLeaderIfEmpty } from './ask-leader.ts';
import type { Reply } from './exchange.ts';
import type { Follow } from './follow.ts';
import type { RecordContext } from './record.ts';

const JITTER_RATIO = 0.2;
/** Beyond the wait, which the server prolongs by up to a sixteenth. */
const GRACE_MS = 5_000;
/** An answer that may be out of date is asked for again soon: that it is no more comes without a change. */
const DOUBTFUL_WAIT_MS = 2_000;

/**
 * Follows a service by blocking queries, by the rules of Consul's documentation ("Blocking Queries"): the
 * index begins at 0 and goes on from each answer, one that goes back begins anew, and a return is no proof of
 * a change. Errors end it, and with it the index.
 *
 * An agent has 150 seats for waiting queries; who finds none polls until one is free.
 */
export async function followService(follow: Follow, context: RecordContext): Promise<never> {
  const { settings, link, pace, view, box, signal, datacenter, interrupts, isLeaderless } = follow;
  const { clock, random, waitMs, pollMs } = settings;
  let index = 0n;
  let doubtful = false;
  let seat: Disposable | undefined;

  const request = { path: '/health/service/{service}', params: { service: settings.source.name } };
  const scope = datacenter === undefined ? {} : { dc: datacenter };

  const ask = async (askSignal: AbortSignal): Promise<Reply> => {
    const query = { ...settings.query, ...scope };
    if (seat !== undefined && index > 0n) {
      const forMs = doubtful || isLeaderless() ? Math.min(waitMs, DOUBTFUL_WAIT_MS) : waitMs;
      return link.get({
        ...request,
        signal: askSignal,
        query: { ...query, index: String(index), wait: `${Math.round(forMs)}ms` },
        headersMs: forMs * (1 + 1 / 16) + GRACE_MS,
      });
    }
    using _lane = await link.share.lanes.wait(askSignal);
    return await link.get({ ...request, signal: askSignal, query });
  };

  try {
    for (;;) {
      await sleep(clock, pace.next(), signal);
      const answer = await interrupts.attempt(signal, ask);
      if (answer === undefined) continue;
      const { reply, content: records } = await askLeaderIfEmpty(follow, {
        reply: answer,
        read: readRecords,
        isEmpty: ({ length }) => length === 0,
        request: (leaderQuery) => ({ ...request, query: { ...leaderQuery, ...scope } }),
      });
      const next = readIndex(reply);
      const wentBack = next < index;
      // Index 0 would not wait at all.
      index = wentBack ? 0n : next > 0n ? next : 1n;
      doubtful = isOutdated(reply) || isLeaderless();
      const facts = { revision: next, stale: doubtful, isNew: wentBack };
      const snapshot = view.take(records, facts, context);
      pace.wasNews(snapshot !== undefined);
      if (snapshot !== undefined) box.put(snapshot);
      seat ??= link.share.seats.take();
      if (seat === undefined) await sleep(clock, jittered(pollMs, JITTER_RATIO, random), signal);
    }
  } finally {
    seat?.[Symbol.dispose]();
  }
}

function readRecords(reply: Reply): readonly unknown[] {
  const records = readJson(reply);
  if (!Array.isArray(records)) throw new DiscoveryError('the answer is no list');
  if (records.length === 0 && isFiltered(reply)) {
    throw new DiscoveryError('the token may not see the service: all of the answer was filtered');
  }
  return records;
}
