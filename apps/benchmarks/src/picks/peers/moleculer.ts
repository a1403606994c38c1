import type { Candidate, Observation, PickContext, Strategy } from '@evenkeel/core';
import { ServiceBroker, Strategies } from 'moleculer';

/** The names of moleculer's strategies. */
export type MoleculerStrategy = 'RoundRobin' | 'Random' | 'CpuUsage' | 'Latency' | 'Shard';

/**
 * A strategy of `moleculer`, with the fields of its endpoints that strategies read.
 *
 * @param options its `strategyOptions`
 */
export function moleculerPeer(name: MoleculerStrategy, options: object = {}): Strategy {
  return new MoleculerPeer(name, options);
}

/** The part of moleculer's endpoint that its strategies look at. */
interface Entry {
  readonly id: string;
  readonly node: { readonly hostname: string; cpu: number | null };
  readonly candidate: Candidate;
}

interface Selector {
  select(list: readonly Entry[], context: { readonly params: PickContext }): Entry | undefined;
  /** What the strategy Latency does with the answer to a ping. */
  updateLatency?(payload: { readonly hostname: string; readonly avgLatency: number }): void;
}

class MoleculerPeer implements Strategy {
  readonly name: string;
  private readonly selector: Selector;
  private readonly context: { params: PickContext } = { params: {} };
  private entries: ReadonlyMap<Candidate, Entry> = new Map();
  private list: readonly Entry[] = [];

  constructor(name: MoleculerStrategy, options: object) {
    this.name = name;
    const broker = new ServiceBroker({ logger: false });
    const Selector = Strategies[name] as unknown as new (...args: readonly unknown[]) => Selector;
    this.selector = new Selector(broker.registry, broker, options);
  }

  update(candidates: readonly Candidate[]): void {
    this.list = candidates.map((candidate) => this.entries.get(candidate) ?? entryOf(candidate));
    this.entries = new Map(this.list.map((entry) => [entry.candidate, entry]));
  }

  pick(context: PickContext): Candidate | undefined {
    this.context.params = context;
    return this.selector.select(this.list, this.context)?.candidate;
  }

  observe(candidate: Candidate, { latencyMs, loadReport }: Observation): void {
    const entry = this.entries.get(candidate);
    if (entry === undefined) return;
    entry.node.cpu = Math.round(100 * (loadReport?.cpuUtilization ?? 0));
    if (latencyMs === undefined) return;
    this.selector.updateLatency?.({ hostname: entry.node.hostname, avgLatency: latencyMs });
  }
}

function entryOf(candidate: Candidate): Entry {
  const { id, host } = candidate.endpoint;
  return { id, node: { hostname: host, cpu: null }, candidate };
}
