import type { IncomingMessage } from 'node:http';
import type { AdminTarget, CommandResult, WorkerState } from './admin-target.ts';
import { type Answer, json, Refusal } from './answer.ts';
import { DASHBOARD } from './dashboard/dashboard.ts';
import { jsonBody } from './json-body.ts';
import { maskSecrets } from './mask-secrets.ts';
import { mergeClusters } from './merge-clusters.ts';
import { endpointCommand, purgeCommand } from './read-command.ts';
import type { ClusterView } from './views.ts';

/** Where `/metrics` comes from, such as a `Registry` of prom-client. */
export interface MetricsSource {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/** One thing that can be asked for. */
export interface Operation {
  readonly method: 'GET' | 'PATCH' | 'POST';
  /** Segments that begin with a colon take any value. */
  readonly path: string;
  readonly about: string;
  /** Whether it is answered to anybody, as probes have no token. @default false */
  readonly open?: boolean;
  answer(call: Call): Promise<Answer>;
}

/** A request for an operation. */
export interface Call {
  readonly request: IncomingMessage;
  /** The values of the segments that take any, in order. */
  readonly values: readonly string[];
  /** Whether all may be shown. */
  readonly allowed: boolean;
}

/** What the operations work on. */
export interface ApiParts {
  readonly target: AdminTarget;
  readonly metrics: MetricsSource | undefined;
  readonly config: (() => unknown) | undefined;
}

/** Everything the admin API can do. */
export function operations({ target, metrics, config }: ApiParts): readonly Operation[] {
  const list: Operation[] = [
    {
      method: 'GET',
      path: '/',
      about: 'this list',
      answer: async () =>
        json({ operations: list.map(({ method, path, about }) => ({ method, path, about })) }),
    },
    {
      method: 'GET',
      path: '/dashboard',
      about: 'a page for people',
      open: true,
      answer: async () => DASHBOARD,
    },
    {
      method: 'GET',
      path: '/health',
      about: 'the process answers',
      open: true,
      answer: async () => json({ status: 'ok' }),
    },
    {
      method: 'GET',
      path: '/ready',
      about: 'every cluster knows its endpoints and the proxy is not draining: 200, else 503',
      open: true,
      answer: async ({ allowed }) => readiness(await target.state(), allowed),
    },
    {
      method: 'GET',
      path: '/clusters',
      about: 'all clusters, without their endpoints',
      answer: async () =>
        json({ clusters: (await clusters(target)).map(({ endpoints: _, ...summary }) => summary) }),
    },
    {
      method: 'GET',
      path: '/clusters/:cluster',
      about: 'a cluster with its endpoints',
      answer: async ({ values: [name = ''] }) => json(await clusterNamed(target, name)),
    },
    {
      method: 'PATCH',
      path: '/clusters/:cluster/endpoints/:endpoint',
      about:
        'by hand: {"drained":true}, {"weight":5} or null for that of discovery, {"ejectForMs":60000} or 0 to end it',
      async answer({ request, values: [cluster = '', endpoint = ''] }) {
        finish(await target.command(endpointCommand(await jsonBody(request), cluster, endpoint)));
        const { endpoints } = await clusterNamed(target, cluster);
        return json(endpoints.find(({ id }) => id === endpoint));
      },
    },
    {
      method: 'GET',
      path: '/routes',
      about: 'the routes in their order',
      answer: async () => json({ routes: maskSecrets(first(await target.state()).proxy.routes) }),
    },
    {
      method: 'GET',
      path: '/listeners',
      about: 'where connections are accepted, and how many are open',
      answer: async () => json({ listeners: listeners(await target.state()) }),
    },
    {
      method: 'GET',
      path: '/workers',
      about: 'the processes that serve',
      answer: async () => json({ workers: (await target.state()).map(workerView) }),
    },
    {
      method: 'POST',
      path: '/cache/purge',
      about:
        'drops cached responses: {"url":"http://<cluster>/x"}, {"prefix":"http://<cluster>/x/"}, {"tag":"x"} or {"all":true}',
      async answer({ request }) {
        const { type: _, ...purged } = purgeCommand(await jsonBody(request));
        const { stores, shared } = finish(await target.command({ type: 'purge', ...purged }));
        return json({ purged, stores, shared });
      },
    },
  ];
  if (config !== undefined) {
    list.push({
      method: 'GET',
      path: '/config',
      about: 'the configuration, without secrets',
      answer: async () => json(maskSecrets(config())),
    });
  }
  if (metrics !== undefined) {
    list.push({
      method: 'GET',
      path: '/metrics',
      about: 'for Prometheus',
      answer: async () => ({ status: 200, type: metrics.contentType, body: await metrics.metrics() }),
    });
  }
  return list;
}

function readiness(workers: readonly WorkerState[], allowed: boolean): Answer {
  const draining = workers.every(({ proxy }) => proxy.draining);
  const all = mergeClusters(workers.map((worker) => worker.clusters));
  const waiting = all.filter(({ ready }) => !ready).map(({ name }) => name);
  const ready = workers.length > 0 && !draining && waiting.length === 0;
  return json({ ready, draining, ...(allowed && { waiting }) }, ready ? 200 : 503);
}

async function clusters(target: AdminTarget): Promise<readonly ClusterView[]> {
  return mergeClusters((await target.state()).map((worker) => worker.clusters));
}

async function clusterNamed(target: AdminTarget, name: string): Promise<ClusterView> {
  const found = (await clusters(target)).find((cluster) => cluster.name === name);
  if (found === undefined) throw new Refusal(404, 'not-found', `there is no cluster ${JSON.stringify(name)}`);
  return found;
}

function listeners(workers: readonly WorkerState[]) {
  const same = Map.groupBy(
    workers.flatMap(({ proxy }) => proxy.listeners),
    ({ address, port }) => `${address} ${port}`,
  );
  return Array.from(same.values(), (views) => ({
    ...views[0],
    connections: views.reduce((sum, { connections }) => sum + connections, 0),
  }));
}

function workerView({ id, pid, uptimeMs, proxy }: WorkerState) {
  return { id, pid, uptimeMs, draining: proxy.draining, active: proxy.active };
}

function first(workers: readonly WorkerState[]): WorkerState {
  const [worker] = workers;
  if (worker === undefined) throw new Refusal(503, 'unavailable', 'no worker is running');
  return worker;
}

function finish(result: CommandResult): Extract<CommandResult, { done: true }> {
  if (result.done) return result;
  throw new Refusal(result.error === 'not-found' ? 404 : 400, result.error, result.message);
}
