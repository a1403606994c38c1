import type { Benchmark } from '../lib/cli/benchmark.ts';
import { startNginx } from '../lib/proxies/nginx.ts';
import { atMost } from '../lib/report/report.ts';
import { CONTENDERS } from './contenders.ts';
import { measureProxies } from './measure-proxies.ts';
import { proxyTable, ratioToBestPeer } from './proxy-table.ts';

/** What a request through a proxy costs. */
export const proxy: Benchmark = {
  name: 'proxy',
  summary: 'CPU time for each small request through our proxy, beside nginx, HAProxy and proxies of Node',
  options: {
    contenders: {
      description: 'what is measured',
      fallback: CONTENDERS.map(({ name }) => name),
      choices: CONTENDERS.map(({ name }) => name),
    },
    warmup: {
      description: 'requests through each contender before its rounds: until then Node compiles',
      fallback: 60_000,
      quick: 1,
    },
    rounds: { description: 'rounds after the warm-up', fallback: 7, quick: 1 },
    seconds: { description: 'length of a round of one contender', fallback: 3, quick: 1 },
    connections: { description: 'connections, all kept alive', fallback: 64, quick: 8 },
  },
  async run(settings) {
    await using endpoint = await startNginx(`
  server {
    listen 127.0.0.1:PORT;
    location / { default_type application/json; return 200 '{"status":"ok"}\\n'; }
  }`);
    const contenders = CONTENDERS.filter(({ name }) => settings.list('contenders').includes(name));
    const rounds = await measureProxies(`127.0.0.1:${endpoint.port}`, contenders, {
      warmUpRequests: settings.number('warmup'),
      rounds: settings.number('rounds'),
      seconds: settings.number('seconds'),
      connections: settings.number('connections'),
      progress: settings.progress,
    });
    const table = proxyTable(contenders, rounds);
    const ratio = ratioToBestPeer(contenders, rounds);
    return {
      tables: [table],
      targets:
        ratio === undefined ? [] : [atMost('CPU time to that of the best Node peer', ratio, 1, 'times')],
      notes: [
        'CPU time is user and system of the proxy with all its threads and children; ratios are within a round.',
        'wrk, the endpoint (nginx) and the proxy share the machine: requests a second say little, CPU time a request more.',
        'bare dispatch joins node:http to undici and keeps no rule of HTTP: a floor, no peer.',
      ],
    };
  },
};
