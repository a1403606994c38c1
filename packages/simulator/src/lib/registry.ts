import { type Random, toEndpoint } from '@evenkeel/core';
import type { SimulatedClient } from './client/simulated-client.ts';
import type { Distribution } from './distributions.ts';
import type { SimulatedEndpoint } from './endpoint/simulated-endpoint.ts';
import type { Timeline } from './timeline/timeline.ts';

interface Subscriber {
  readonly client: SimulatedClient;
  readonly delayMs: Distribution;
  readonly random: Random;
  /** Of the newest list it has heard of. */
  revision: number;
}

/** Lists the endpoints of one service, and tells its clients of changes, each after a while of its own. */
export class Registry {
  private readonly timeline: Timeline;
  private readonly listed = new Set<SimulatedEndpoint>();
  private readonly subscribers: Subscriber[] = [];
  private revision = 0;

  constructor(timeline: Timeline, endpoints: Iterable<SimulatedEndpoint>) {
    this.timeline = timeline;
    for (const endpoint of endpoints) this.listed.add(endpoint);
  }

  /** A client starts: it hears at once what there is. */
  subscribe(client: SimulatedClient, delayMs: Distribution, random: Random): void {
    this.subscribers.push({ client, delayMs, random, revision: this.revision });
    client.hear(this.list([]));
  }

  add(endpoints: readonly SimulatedEndpoint[]): void {
    for (const endpoint of endpoints) this.listed.add(endpoint);
    this.publish([]);
  }

  remove(endpoints: readonly SimulatedEndpoint[]): void {
    for (const endpoint of endpoints) this.listed.delete(endpoint);
    this.publish(endpoints);
  }

  /** Weight, priority or zone of endpoints changed. */
  changed(): void {
    this.publish([]);
  }

  private publish(removed: readonly SimulatedEndpoint[]): void {
    const revision = ++this.revision;
    const snapshot = this.list(removed);
    for (const subscriber of this.subscribers) {
      this.timeline.after(subscriber.delayMs(subscriber.random), () => {
        // What was sent later may have come first.
        if (revision < subscriber.revision) return;
        subscriber.revision = revision;
        subscriber.client.hear(snapshot);
      });
    }
  }

  private list(removed: readonly SimulatedEndpoint[]): Parameters<SimulatedClient['hear']>[0] {
    return {
      endpoints: [...this.listed].map(({ listed }) => toEndpoint(listed)),
      deregistered: removed.map(({ id }) => id),
    };
  }
}
