import {
  choiceOption,
  createCluster,
  type Endpoint,
  numberOption,
  requiredNumber,
  type Snapshot,
  type SubsetOptions,
  toEndpoint,
} from '@evenkeel/core';
import { manualDiscovery } from '@evenkeel/core/testing';
import { Timeline } from '../timeline/timeline.ts';

/** Virtual time in which a cluster has taken in a snapshot, or closed, in ms. */
const SETTLE_MS = 5_000;

/** What {@link subsetSpread} is to look at. */
export interface SubsetSpreadOptions {
  /** `aperture`: equal load by construction; `rendezvous`: fewest changes. */
  readonly kind: 'aperture' | 'rendezvous';
  readonly clients: number;
  /** Of weight 1. */
  readonly endpoints: number;
  /** The cluster's option. @default 12 */
  readonly size?: number;
  /** What happens to one endpoint, in the middle of the list, after the first look. @default 'leaves' */
  readonly change?: 'leaves' | 'joins';
}

/** How many endpoints clients use, how evenly all are used, and what one endpoint changes. */
export interface SubsetSpread {
  /** Endpoints that a client uses. */
  readonly connections: { readonly min: number; readonly max: number; readonly total: number };
  /** Load of an endpoint ÷ the mean, when all clients send alike, by weight. */
  readonly load: { readonly min: number; readonly max: number };
  /** Endpoints that a client uses now, and did not before the change. */
  readonly changes: { readonly mean: number; readonly max: number };
}

/**
 * Makes the real cluster of each client in turn, one at a time, and looks at the candidates that its subset leaves.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export async function subsetSpread(options: SubsetSpreadOptions): Promise<SubsetSpread> {
  const kind = choiceOption('kind', options.kind, 'aperture', ['aperture', 'rendezvous']);
  const clients = requiredNumber('clients', options.clients, { min: 1, max: 1_000_000, integer: true });
  const count = requiredNumber('endpoints', options.endpoints, { min: 2, max: 1_000_000, integer: true });
  const size = numberOption('size', options.size, 12, { min: 1, integer: true });
  const leaves = choiceOption('change', options.change, 'leaves', ['leaves', 'joins']) === 'leaves';
  const all = Array.from({ length: count + (leaves ? 0 : 1) }, (_, index) => listed(index));
  const some = all.toSpliced(count >> 1, 1);
  // One that leaves says so, or clusters would wait whether it comes back.
  const deregistered = all.slice(count >> 1, (count >> 1) + 1).map(({ id }) => id);
  const [before, after]: [Snapshot, Snapshot] = leaves
    ? [{ endpoints: all }, { endpoints: some, deregistered }]
    : [{ endpoints: some }, { endpoints: all }];

  const loads = new Map(before.endpoints.map(({ id }) => [id, 0]));
  const used: number[] = [];
  const changes: number[] = [];
  for (let index = 0; index < clients; index++) {
    const subset: SubsetOptions =
      kind === 'aperture'
        ? { size, clientIndex: index, clientCount: clients }
        : { size, clientId: `client-${index}` };
    const [first, second] = await candidatesOf(subset, before, after);
    const weight = [...first.values()].reduce((sum, one) => sum + one, 0);
    for (const [id, one] of first) loads.set(id, (loads.get(id) ?? 0) + one / weight);
    used.push(first.size);
    changes.push([...second.keys()].filter((id) => !first.has(id)).length);
  }
  const perEndpoint = [...loads.values()].map((load) => (load * count) / clients);
  return {
    connections: { ...extremes(used), total: sumOf(used) },
    load: extremes(perEndpoint),
    changes: { mean: sumOf(changes) / clients, max: extremes(changes).max },
  };
}

type Weights = ReadonlyMap<string, number>;

/** The weights that one client's strategy gets, with one list of endpoints and then with another. */
async function candidatesOf(
  subset: SubsetOptions,
  before: Snapshot,
  after: Snapshot,
): Promise<[Weights, Weights]> {
  let weights: Weights = new Map();
  const timeline = new Timeline();
  const discovery = manualDiscovery();
  discovery.push(before);
  const cluster = createCluster({
    name: 'service',
    discovery,
    subset,
    clock: timeline.clock,
    strategy: {
      name: 'onlooker',
      update: (candidates) => {
        weights = new Map(candidates.map(({ endpoint, weight }) => [endpoint.id, weight]));
      },
      pick: () => undefined,
    },
  });
  await timeline.run(SETTLE_MS);
  cluster.inspect();
  const first = weights;
  discovery.push(after);
  await timeline.run(2 * SETTLE_MS);
  cluster.inspect();
  const second = weights;
  const closed = cluster.close();
  await timeline.run(3 * SETTLE_MS);
  await closed;
  return [first, second];
}

function listed(index: number): Endpoint {
  return toEndpoint({ id: `endpoint-${String(index).padStart(6, '0')}`, host: `e${index}`, port: 80 });
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function extremes(values: readonly number[]): { readonly min: number; readonly max: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return { min, max };
}
