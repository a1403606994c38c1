import { checkKeys, InvalidOptionsError, type KnownKeys } from '@evenkeel/core';
import type { ClientSettings } from './client/client-model.ts';
import { type ClientNumber, checkClientSettings } from './client/client-options.ts';
import { SimulatedClient } from './client/simulated-client.ts';
import { toDistribution } from './distributions.ts';
import type { EndpointModel } from './endpoint/endpoint-model.ts';
import { endpointSettings } from './endpoint/endpoint-settings.ts';
import { type AskDependency, SimulatedEndpoint } from './endpoint/simulated-endpoint.ts';
import type { TravelTime } from './network.ts';
import { Registry } from './registry.ts';
import type { Recorder } from './report/recorder.ts';
import type { DependencyModel, ServiceModel } from './scenario.ts';
import type { StrategyFactory } from './strategy-factory.ts';
import type { RandomStreams } from './timeline/random-streams.ts';
import type { Timeline } from './timeline/timeline.ts';

const DEPENDENCY_KEYS: KnownKeys<DependencyModel> = { endpoints: true, dependency: true, client: true };

/** What all services of one simulation share. */
export interface World {
  readonly timeline: Timeline;
  readonly streams: RandomStreams;
  readonly recorder: Recorder;
  readonly travelTime: TravelTime;
  readonly strategy: StrategyFactory;
}

/** One service: its endpoints, its registry, and the clients that ask it. */
export class Service {
  /** Those that left included: they finish what they have. */
  readonly fleet: Map<string, SimulatedEndpoint> = new Map();
  readonly registry: Registry;
  readonly clients: SimulatedClient[] = [];
  /** What its endpoints ask. */
  readonly dependency: Service | undefined;
  private readonly world: World;
  private readonly tier: number;
  private readonly dependencyClient: ClientSettings;

  /** @throws InvalidOptionsError naming the field */
  constructor(field: string, model: ServiceModel, tier: number, world: World) {
    const { endpoints, dependency } = model;
    if (!Array.isArray(endpoints) || endpoints.length === 0) {
      throw new InvalidOptionsError(`${field}endpoints`, endpoints, 'a list of at least one endpoint');
    }
    if (dependency !== undefined) {
      checkKeys(`${field}dependency`, dependency, DEPENDENCY_KEYS, 'an object with `endpoints`');
    }
    this.world = world;
    this.tier = tier;
    this.dependencyClient = dependency?.client ?? {};
    checkClientSettings(`${field}dependency.client`, this.dependencyClient);
    this.dependency = dependency && new Service(`${field}dependency.`, dependency, tier + 1, world);
    this.registry = new Registry(world.timeline, this.start(`${field}endpoints`, endpoints));
  }

  /** Starts endpoints, without registering them. */
  start(field: string, models: readonly EndpointModel[]): readonly SimulatedEndpoint[] {
    return models.map((model, index) =>
      this.startOne(`${field}[${index}]`, model, { index, count: models.length }),
    );
  }

  /** Makes one that asks this service. */
  addClient(setup: ClientOfService): SimulatedClient {
    const { timeline, streams, travelTime, strategy, recorder } = this.world;
    const { name, settings } = setup;
    const client = new SimulatedClient({
      ...setup,
      strategy,
      timeline,
      streams,
      travelTime,
      fleet: this.fleet,
      log: recorder.logOf(this.tier),
    });
    this.clients.push(client);
    const delayMs = toDistribution('discoveryDelayMs', settings.discoveryDelayMs ?? 0);
    this.registry.subscribe(client, delayMs, streams(`${name} discovery`));
    return client;
  }

  /** Everything that must be closed, from here down. */
  *all(): Iterable<Service> {
    yield this;
    if (this.dependency !== undefined) yield* this.dependency.all();
  }

  private startOne(field: string, model: EndpointModel, number: ClientNumber): SimulatedEndpoint {
    const { timeline, streams, recorder } = this.world;
    const id = model?.id ?? `${this.tier === 0 ? '' : `t${this.tier}-`}e${this.fleet.size}`;
    if (!/^[\w-]+$/.test(id) || this.fleet.has(id)) {
      throw new InvalidOptionsError(
        `${field}.id`,
        id,
        'letters, digits, "-" and "_" that no other endpoint is called',
      );
    }
    const settings = endpointSettings(field, model);
    const random = streams(`endpoint ${id}`);
    const endpoint = new SimulatedEndpoint(
      id,
      model,
      settings,
      timeline,
      random,
      this.asksFor(id, model, number),
    );
    this.fleet.set(id, endpoint);
    recorder.joined(endpoint, this.tier);
    return endpoint;
  }

  private asksFor(id: string, { zone }: EndpointModel, number: ClientNumber): AskDependency | undefined {
    const { dependency, dependencyClient } = this;
    if (dependency === undefined) return undefined;
    const client = dependency.addClient({
      name: id,
      number,
      zone,
      settings: dependencyClient,
      method: 'GET',
    });
    return (answered) => {
      client.request(undefined, (statusCode, error) => answered(error === undefined && statusCode < 500));
    };
  }
}

/** What a client of a service is made of, besides what all share. */
export type ClientOfService = Pick<
  ConstructorParameters<typeof SimulatedClient>[0],
  'name' | 'number' | 'zone' | 'settings' | 'method'
>;
