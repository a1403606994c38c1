import { checkKeys, InvalidOptionsError, type KnownKeys, numberOption, requiredNumber } from '@evenkeel/core';
import { applyChanges } from './changes/apply-changes.ts';
import type { ClientModel } from './client/client-model.ts';
import { checkClientModel } from './client/client-options.ts';
import { type TrafficSource, trafficSource } from './client/start-traffic.ts';
import { travelTime } from './network.ts';
import { buildReport } from './report/build-report.ts';
import { Recorder } from './report/recorder.ts';
import type { Report } from './report/report.ts';
import type { Scenario } from './scenario.ts';
import { Service, type World } from './service.ts';
import { randomStreams } from './timeline/random-streams.ts';
import { Timeline } from './timeline/timeline.ts';

const SCENARIO_KEYS: KnownKeys<Scenario> = {
  name: true,
  strategy: true,
  endpoints: true,
  dependency: true,
  clients: true,
  durationMs: true,
  changes: true,
  network: true,
  seed: true,
  warmUpMs: true,
  drainMs: true,
  stepMs: true,
};
/** How long clusters may take to close, in virtual ms. */
const CLOSING_MS = 5_000;

/**
 * Runs a scenario on a virtual clock, and reports what happened. The clusters, strategies, outlier detection, budgets,
 * retries and hedges are the real ones; endpoints, network and time are simulated. The same scenario and seed give the same
 * report, as long as the strategy draws from the `random` that it is made with.
 *
 * @throws InvalidOptionsError when the scenario is not sound, before anything runs; an EvenkeelError when the strategy throws
 */
export async function simulate(scenario: Scenario): Promise<Report> {
  checkKeys('', scenario, SCENARIO_KEYS, 'a scenario');
  if (typeof scenario.strategy !== 'function') {
    const allowed = 'a function that makes a strategy: ({ clock, random }) => peakEwma({ clock, random })';
    throw new InvalidOptionsError('strategy', scenario.strategy, allowed);
  }
  if (typeof scenario.name !== 'string' || scenario.name === '') {
    throw new InvalidOptionsError('name', scenario.name, 'what stands above the report');
  }
  const durationMs = requiredNumber('durationMs', scenario.durationMs, { min: 0.001, max: 1e12 });
  const seed = numberOption('seed', scenario.seed, 1, { min: Number.MIN_SAFE_INTEGER, integer: true });
  const drainMs = numberOption('drainMs', scenario.drainMs, 60_000);
  const warmUpMs = numberOption('warmUpMs', scenario.warmUpMs, 0, { max: durationMs });
  const stepMs = numberOption('stepMs', scenario.stepMs, durationMs / 60, { min: durationMs / 10_000 });

  const { network = {}, changes = [] } = scenario;

  const timeline = new Timeline();
  const streams = randomStreams(seed);
  const recorder = new Recorder(timeline, warmUpMs, stepMs);
  const world: World = {
    timeline,
    streams,
    recorder,
    travelTime: travelTime(network, streams('network')),
    strategy: scenario.strategy,
  };
  const service = new Service('', scenario, 0, world);
  const senders = makeClients(scenario.clients, service, world);
  applyChanges(changes, service, timeline);
  // The last step is shorter where steps do not fill the duration.
  for (let step = 1; step <= Math.ceil(durationMs / stepMs); step++)
    timeline.after(Math.min(step * stepMs, durationMs), () => recorder.sample());

  // Every cluster has its first snapshot before the first request.
  await timeline.run(0);
  for (const start of senders) start(durationMs);
  await timeline.run(durationMs, () => recorder.defect !== undefined);
  await timeline.run(durationMs + drainMs, () => recorder.open === 0 || recorder.defect !== undefined);
  const report = buildReport(
    { scenario: scenario.name, strategy: nameOf(service), seed, durationMs, stepMs },
    recorder,
  );
  await close(service, timeline);
  if (recorder.defect !== undefined) throw recorder.defect;
  return report;
}

type Sender = (untilMs: number) => void;

function makeClients(given: Scenario['clients'], service: Service, world: World): Sender[] {
  const models: readonly ClientModel[] = Array.isArray(given) ? given : [given as ClientModel];
  if (models.length === 0) throw new InvalidOptionsError('clients', given, 'at least one client');
  return models.flatMap((model, kind) => {
    const field = Array.isArray(given) ? `clients[${kind}]` : 'clients';
    checkClientModel(field, model);
    const count = numberOption(`${field}.count`, model.count, 1, { min: 1, integer: true });
    const source = trafficSource(`${field}.traffic`, model.traffic);
    return Array.from({ length: count }, (_, index) => {
      const name = models.length * count === 1 ? 'client' : `client ${kind}.${index}`;
      return makeSender(model, { name, index, count, source }, service, world);
    });
  });
}

interface SenderSetup {
  readonly name: string;
  readonly index: number;
  readonly count: number;
  readonly source: TrafficSource;
}

function makeSender(model: ClientModel, setup: SenderSetup, service: Service, world: World): Sender {
  const { timeline, streams, recorder } = world;
  const { count: _, traffic: __, zone, keys, method = 'GET', ...settings } = model;
  const { name, index, count, source } = setup;
  const client = service.addClient({ name, number: { index, count }, zone, settings, method });
  const random = streams(`${name} keys`);
  const isFailure = settings.isFailure ?? ((statusCode: number) => statusCode >= 500);
  return (untilMs) => {
    source(timeline, streams(`${name} arrivals`), untilMs, (ended) => {
      const startedAt = timeline.now;
      recorder.requestStarted();
      client.request(keys?.(random), (statusCode, error) => {
        recorder.requestEnded(startedAt, error !== undefined || isFailure(statusCode), statusCode, error);
        ended();
      });
    });
  };
}

function nameOf(service: Service): string {
  return service.clients[0]?.cluster.inspect().strategy ?? '';
}

async function close(service: Service, timeline: Timeline): Promise<void> {
  const clients = [...service.all()].flatMap((one) => {
    for (const endpoint of one.fleet.values()) endpoint.close();
    return one.clients;
  });
  const closed = Promise.all(clients.map((client) => client.cluster.close()));
  await timeline.run(timeline.now + CLOSING_MS);
  await closed;
}
