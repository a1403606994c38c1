import type { EndpointInput, Random } from '@evenkeel/core';
import type { ProbeAnswer } from '../strategy-factory.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { type Antagonist, antagonist } from './antagonist.ts';
import type { EndpointModel } from './endpoint-model.ts';
import type { EndpointSettings } from './endpoint-settings.ts';
import type { Destination, Exchange } from './exchange.ts';
import { LatencyEstimate } from './latency-estimate.ts';
import { LoadReporter } from './load-reporter.ts';
import { ParallelServer } from './parallel-server.ts';
import type { Server } from './server.ts';
import { SharingServer } from './sharing-server.ts';
import { WaitingLine } from './waiting-line.ts';

/** The port of every endpoint: they differ by host. */
const PORT = 80;
/** CPU that an antagonist leaves. */
const LEAST_CORES = 0.01;
const REFUSED: Error = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const RESET: Error = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

/** Asks the next tier, and calls back with whether it answered well. */
export type AskDependency = (answered: (ok: boolean) => void) => void;

/** One endpoint: a line of requests, a server that works them off, and the ways in which both go wrong. */
export class SimulatedEndpoint implements Destination {
  readonly id: string;
  readonly timeline: Timeline;
  readonly model: EndpointModel;
  settings: EndpointSettings;
  /** Requests here, waiting ones included. */
  inFlight = 0;
  /** The most there ever were. */
  peakInFlight = 0;
  private readonly random: Random;
  private readonly ask: AskDependency | undefined;
  private readonly server: Server<Exchange>;
  private readonly line = new WaitingLine();
  /** Requests here by identity: those of a process that has ended are in no list any more. */
  private readonly here = new Set<Exchange>();
  /** What was due while frozen, done when it goes on. */
  private readonly thawing: (() => void)[] = [];
  private busy = 0;
  private startedAt: number;
  private neighbour: Antagonist | undefined;
  private readonly estimate = new LatencyEstimate();
  private readonly reporter: LoadReporter;

  constructor(
    id: string,
    model: EndpointModel,
    settings: EndpointSettings,
    timeline: Timeline,
    random: Random,
    ask: AskDependency | undefined,
  ) {
    this.id = id;
    this.model = model;
    this.settings = settings;
    this.timeline = timeline;
    this.random = random;
    this.ask = ask;
    this.startedAt = timeline.now;
    this.server = this.makeServer(settings.cores);
    this.reporter = new LoadReporter(timeline.now, () => this.server.takeUtilization(this.settings.cores));
    this.meetNeighbour();
  }

  /** How the registry lists it. */
  get listed(): EndpointInput {
    const { weight, priority, zone } = this.settings;
    return {
      id: this.id,
      host: this.id,
      port: PORT,
      weight,
      priority,
      ...(zone === undefined ? {} : { zone }),
    };
  }

  get refuses(): boolean {
    return this.settings.condition === 'refusing';
  }

  /** Takes on other properties. */
  become(settings: EndpointSettings): void {
    const { condition: before, antagonist: neighbour } = this.settings;
    this.settings = settings;
    if (settings.condition === 'refusing' && before !== 'refusing') this.end();
    if (settings.antagonist === neighbour) this.setCores();
    else this.meetNeighbour();
    if (before === 'refusing' && settings.condition !== 'refusing') this.startedAt = this.timeline.now;
    if (settings.condition === 'serving') this.goOn();
  }

  /** Sends a request to it that has just been made. */
  connect(exchange: Exchange): void {
    // Connections are open, unless the process has ended: then the client knows, and has to make another.
    if (this.refuses) exchange.refuse(REFUSED);
    else exchange.send();
  }

  receive(exchange: Exchange): void {
    const { settings } = this;
    if (settings.condition === 'refusing') {
      exchange.fail(RESET);
      return;
    }
    exchange.arrivedAt = this.timeline.now;
    exchange.inFlightAtArrival = this.inFlight;
    const mustWait = settings.condition === 'frozen' || this.busy >= settings.concurrency;
    if (mustWait && settings.condition !== 'frozen' && this.line.length >= settings.maxQueue) {
      exchange.respond(503);
      return;
    }
    this.inFlight++;
    this.peakInFlight = Math.max(this.peakInFlight, this.inFlight);
    this.here.add(exchange);
    if (mustWait) this.line.add(exchange);
    else this.begin(exchange);
  }

  abandoned(exchange: Exchange): void {
    this.line.leave(exchange);
    this.inFlight--;
    this.here.delete(exchange);
  }

  /** What it says of its load. */
  probe(): ProbeAnswer {
    return { requestsInFlight: this.inFlight, latencyMs: this.estimate.at(this.inFlight) };
  }

  /** Ends what would go on for ever. */
  close(): void {
    this.neighbour?.[Symbol.dispose]();
  }

  private begin(exchange: Exchange): void {
    const { service, failureRatio, failure, coldStart } = this.settings;
    this.busy++;
    exchange.failed = failureRatio > 0 && this.random() < failureRatio;
    const work = (exchange.failed ? failure.service : service)(this.random);
    const coldRatio =
      coldStart.factor > 1 && coldStart.windowMs > 0
        ? Math.max(0, 1 - (this.timeline.now - this.startedAt) / coldStart.windowMs)
        : 0;
    this.server.begin(exchange, work * (1 + (coldStart.factor - 1) * coldRatio));
  }

  private worked(exchange: Exchange): void {
    this.whenAwake(() => {
      if (this.ask === undefined || exchange.failed) this.answer(exchange);
      else {
        this.ask((ok) => {
          if (!ok) exchange.failed = true;
          this.whenAwake(() => this.answer(exchange));
        });
      }
    });
  }

  private whenAwake(act: () => void): void {
    if (this.settings.condition === 'frozen') this.thawing.push(act);
    else act();
  }

  private answer(exchange: Exchange): void {
    // Else its process has ended meanwhile.
    if (!this.here.delete(exchange)) return;
    const { settings, timeline } = this;
    this.busy--;
    this.inFlight--;
    this.estimate.record(timeline.now - exchange.arrivedAt, exchange.inFlightAtArrival);
    const { failed } = exchange;
    const headers = settings.loadReports
      ? this.reporter.headers(timeline.now, failed, this.probe())
      : undefined;
    exchange.respond(failed ? settings.failure.statusCode : 200, headers);
    this.beginWaiting();
  }

  private beginWaiting(): void {
    while (this.busy < this.settings.concurrency) {
      const next = this.line.take();
      if (next === undefined) return;
      this.begin(next);
    }
  }

  /** The process ends: every connection breaks. */
  private end(): void {
    const broken = [...this.here];
    this.here.clear();
    this.server.clear();
    this.line.clear();
    this.thawing.length = 0;
    this.busy = 0;
    this.inFlight = 0;
    for (const exchange of broken) exchange.fail(RESET);
  }

  private goOn(): void {
    for (const act of this.thawing.splice(0)) act();
    this.beginWaiting();
  }

  private meetNeighbour(): void {
    const { antagonist: model } = this.settings;
    this.neighbour?.[Symbol.dispose]();
    this.neighbour =
      model &&
      antagonist(`endpoint ${this.id}.antagonist`, model, this.timeline, this.random, () => this.setCores());
    this.setCores();
  }

  private setCores(): void {
    this.server.setCores(Math.max(LEAST_CORES, this.settings.cores - (this.neighbour?.cores ?? 0)));
  }

  private makeServer(cores: number): Server<Exchange> {
    const worked = (exchange: Exchange): void => this.worked(exchange);
    return Number.isFinite(cores)
      ? new SharingServer(this.timeline, cores, worked)
      : new ParallelServer(this.timeline, worked);
  }
}
