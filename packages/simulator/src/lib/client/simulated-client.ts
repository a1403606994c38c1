import { type Cluster, type ClusterEvent, createCluster, type Snapshot } from '@evenkeel/core';
import { type ManualDiscovery, manualDiscovery } from '@evenkeel/core/testing';
import { type AttemptInfo, balance, type WithRequestSettings } from '@evenkeel/http-client';
import type { Dispatcher } from 'undici';
import { Exchange } from '../endpoint/exchange.ts';
import type { SimulatedEndpoint } from '../endpoint/simulated-endpoint.ts';
import type { TravelTime } from '../network.ts';
import type { StrategyFactory } from '../strategy-factory.ts';
import type { RandomStreams } from '../timeline/random-streams.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { ClientSettings } from './client-model.ts';
import { type ClientNumber, clusterSettings, requestPolicy } from './client-options.ts';
import { questions } from './questions.ts';
import { type RequestEnded, TrackedRequest } from './tracked-request.ts';
import { type Mispick, watchedStrategy } from './watched-strategy.ts';

/** The name of the service in every client's URLs. */
const SERVICE = 'service';
const ORIGIN = `http://${SERVICE}`;

type RequestOptions = Dispatcher.DispatchOptions & WithRequestSettings;

/** What a client is made of. */
export interface ClientSetup {
  /** Names it in events, and its sources of chance. */
  readonly name: string;
  readonly number: ClientNumber;
  readonly zone: string | undefined;
  readonly settings: ClientSettings;
  readonly method: string;
  readonly strategy: StrategyFactory;
  readonly timeline: Timeline;
  readonly streams: RandomStreams;
  readonly travelTime: TravelTime;
  /** Every endpoint of the service, by id: those not registered included. */
  readonly fleet: ReadonlyMap<string, SimulatedEndpoint>;
  readonly log: AttemptLog;
}

/** Told of every attempt and event of a client, and of picks that no strategy should make. */
export interface AttemptLog {
  attemptStarted(endpoint: SimulatedEndpoint, attempt: AttemptInfo): void;
  attemptEnded(endpoint: SimulatedEndpoint, kind: 'success' | 'failure' | 'cancelled'): void;
  event(client: string, event: ClusterEvent): void;
  mispicked(mispick: Mispick): void;
}

/** A real cluster and a real balanced client, whose connections lead to simulated endpoints. */
export class SimulatedClient {
  readonly cluster: Cluster;
  private readonly setup: ClientSetup;
  private readonly discovery: ManualDiscovery = manualDiscovery();
  private readonly dispatch: (options: RequestOptions, handler: Dispatcher.DispatchHandler) => boolean;
  private readonly plainRequest: RequestOptions;

  constructor(setup: ClientSetup) {
    const { name, number, zone, settings, timeline, streams, fleet, travelTime, log } = setup;
    this.setup = setup;
    this.plainRequest = { origin: ORIGIN, path: '/', method: setup.method as Dispatcher.HttpMethod };
    const asked = questions(
      timeline,
      fleet,
      (endpoint) => travelTime(zone, endpoint.settings.zone),
      streams(`${name} checks`),
    );
    const strategy = setup.strategy({
      clock: timeline.clock,
      random: streams(`${name} strategy`),
      probe: asked.probe,
    });
    this.cluster = createCluster({
      ...clusterSettings(settings, zone, number, asked),
      name: SERVICE,
      discovery: this.discovery,
      strategy: watchedStrategy(strategy, (mispick) => log.mispicked(mispick)),
      clock: timeline.clock,
      random: streams(`${name} cluster`),
    });
    this.cluster.subscribe((event) => log.event(name, event));
    const find = ({ endpoint }: AttemptInfo): SimulatedEndpoint => this.find(endpoint.id);
    this.dispatch = balance({
      ...requestPolicy(settings, timeline),
      clusters: { [SERVICE]: this.cluster },
      clock: timeline.callbackClock,
      random: streams(`${name} retries`),
      observer: {
        attemptStarted: (attempt) => log.attemptStarted(find(attempt), attempt),
        attemptEnded: (attempt, { kind }) => log.attemptEnded(find(attempt), kind),
      },
    })((options, handler) => this.send(String(options.origin), handler));
  }

  /** Hears from the registry. */
  hear(snapshot: Snapshot): void {
    this.discovery.push(snapshot);
    this.setup.timeline.promiseSettled();
  }

  /** Sends one request. */
  request(hashKey: string | undefined, ended: RequestEnded): void {
    const options =
      hashKey === undefined ? this.plainRequest : { ...this.plainRequest, evenkeel: { hashKey } };
    this.dispatch(options, new TrackedRequest(ended));
  }

  /** What undici would do: take the request to the endpoint that the client picked. */
  private send(origin: string, handler: Dispatcher.DispatchHandler): boolean {
    const { zone, travelTime } = this.setup;
    const endpoint = this.find(origin.slice('http://'.length, origin.lastIndexOf(':')));
    const exchange = new Exchange(endpoint, handler, travelTime(zone, endpoint.settings.zone));
    endpoint.connect(exchange);
    return true;
  }

  private find(id: string): SimulatedEndpoint {
    const endpoint = this.setup.fleet.get(id);
    if (endpoint === undefined) throw new Error(`the simulation has no endpoint ${id}`);
    return endpoint;
  }
}
