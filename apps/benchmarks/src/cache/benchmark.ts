import type { Benchmark, Settings } from '../lib/cli/benchmark.ts';
import { startNginx } from '../lib/proxies/nginx.ts';
import { atMost, type Cell, type Report, type Table, type Target } from '../lib/report/report.ts';
import { measureProxies } from '../proxy/measure-proxies.ts';
import { CACHED, CONTENDERS, NGINX_CACHE, UNCACHED } from './contenders.ts';
import { cpuRatio, hitTable } from './hit-table.ts';
import { measureOutage } from './outages.ts';
import { STORE_FAULTS } from './store-faults.ts';

const STORES = ['redis', 'memcached'] as const;

/** What answers: a small response that may be kept. */
const ENDPOINT = `
  server {
    listen 127.0.0.1:PORT;
    location / {
      default_type application/json;
      add_header Cache-Control max-age=3600;
      return 200 '{"status":"ok"}\\n';
    }
  }`;

/** What a cache saves. */
export const cache: Benchmark = {
  name: 'cache',
  summary:
    'CPU time of a hit beside a request without a cache, and nginx; requests while the store is at fault',
  options: {
    scenarios: {
      description: 'what is measured',
      fallback: ['hits', 'outages'],
      choices: ['hits', 'outages'],
    },
    contenders: {
      description: 'whose hits',
      fallback: CONTENDERS.map(({ name }) => name),
      choices: CONTENDERS.map(({ name }) => name),
    },
    warmup: { description: 'requests that warm each up', fallback: 20_000, quick: 100, min: 0 },
    rounds: { description: 'rounds of hits after the warm-up', fallback: 7, quick: 1 },
    seconds: { description: 'length of a round of one contender', fallback: 3, quick: 1 },
    connections: { description: 'connections, all kept alive', fallback: 64, quick: 8 },
    stores: { description: 'whose outages', fallback: [...STORES], choices: [...STORES] },
    rate: { description: 'requests a second during outages', fallback: 300, quick: 50 },
    'phase-ms': { description: 'before, during and after an outage, ms each', fallback: 8_000, quick: 1_500 },
  },
  async run(settings) {
    await using endpoint = await startNginx(ENDPOINT);
    const address = `127.0.0.1:${endpoint.port}`;
    const parts: Pick<Report, 'tables' | 'targets'>[] = [];
    const scenarios = settings.list('scenarios');
    if (scenarios.includes('hits')) parts.push(await hits(address, settings));
    if (scenarios.includes('outages')) parts.push(await outages(address, settings));
    return {
      tables: parts.flatMap(({ tables }) => tables),
      targets: parts.flatMap(({ targets }) => targets),
      notes: [
        'CPU time is user and system of the proxy with all its threads and children; ratios are within a round.',
        'wrk, the endpoint (nginx) and the proxy share the machine: requests a second say little, CPU time a request more.',
        'nginx keeps responses in files, which the system has in memory.',
        'During outages the proxy keeps nothing in its own memory, so that every request asks the store. "beside" is a second proxy with a store that is well, asked in turn; "none" tells how much the two differ by themselves.',
      ],
    };
  },
};

async function hits(address: string, settings: Settings): Promise<Pick<Report, 'tables' | 'targets'>> {
  const contenders = CONTENDERS.filter(({ name }) => settings.list('contenders').includes(name));
  const names = contenders.map(({ name }) => name);
  const rounds = await measureProxies(address, contenders, {
    warmUpRequests: settings.number('warmup'),
    rounds: settings.number('rounds'),
    seconds: settings.number('seconds'),
    connections: settings.number('connections'),
    progress: settings.progress,
  });
  const [cached, uncached] = [CACHED, UNCACHED].map((name) => rounds[names.indexOf(name)]);
  const references = [UNCACHED, NGINX_CACHE].filter((name) => names.includes(name));
  const targets =
    cached === undefined || uncached === undefined
      ? []
      : [atMost('CPU time of a hit to that without a cache', cpuRatio(cached, uncached), 0.6, 'times')];
  return { tables: [hitTable(names, rounds, references)], targets };
}

async function outages(endpoint: string, settings: Settings): Promise<Pick<Report, 'tables' | 'targets'>> {
  const rows: Cell[][] = [];
  const targets: Target[] = [];
  for (const store of STORES.filter((name) => settings.list('stores').includes(name))) {
    for (const fault of STORE_FAULTS) {
      settings.progress(`cache: ${store}, ${fault.name}`);
      const { requests, failed, during, beside, backAfterMs } = await measureOutage(store, fault, {
        endpoint,
        rate: settings.number('rate'),
        phaseMs: settings.number('phase-ms'),
      });
      const { p50Ms, p99Ms } = during;
      const row = [requests, failed, beside.p50Ms, p50Ms, beside.p99Ms, p99Ms, p99Ms - beside.p99Ms];
      rows.push([store, fault.name, ...row, backAfterMs]);
      if (fault.name === 'none') continue;
      const title = `${store} ${fault.name}`;
      targets.push(
        atMost(`${title}: failed`, failed, 0, 'requests'),
        atMost(`${title}: added at p99`, p99Ms - beside.p99Ms, 10, 'ms'),
        atMost(`${title}: in use again after`, backAfterMs, 2_000, 'ms'),
      );
    }
  }
  const table: Table = {
    title: 'Our program while the store of its cache is at fault',
    columns: [
      { title: 'store' },
      { title: 'fault' },
      { title: 'requests' },
      { title: 'failed' },
      { title: 'p50 beside, ms', digits: 1 },
      { title: 'p50 ms', digits: 1 },
      { title: 'p99 beside, ms', digits: 1 },
      { title: 'p99 ms', digits: 1 },
      { title: 'added at p99, ms', digits: 1 },
      { title: 'in use again after ms' },
    ],
    rows,
  };
  return { tables: [table], targets };
}
