import type { Benchmark } from '../lib/cli/benchmark.ts';
import { startNginx } from '../lib/proxies/nginx.ts';
import { atMost } from '../lib/report/report.ts';
import { measureProxies } from '../proxy/measure-proxies.ts';
import { CACHED, CONTENDERS, NGINX_CACHE, UNCACHED } from './contenders.ts';
import { cpuRatio, hitTable } from './hit-table.ts';

/** What a cache saves. */
export const cache: Benchmark = {
  name: 'cache',
  summary: 'CPU time of a request that is answered from the cache, beside one that is not, and nginx',
  options: {
    contenders: {
      description: 'what is measured',
      fallback: CONTENDERS.map(({ name }) => name),
      choices: CONTENDERS.map(({ name }) => name),
    },
    warmup: { description: 'requests that warm each up', fallback: 20_000, quick: 100, min: 0 },
    rounds: { description: 'rounds after the warm-up', fallback: 7, quick: 1 },
    seconds: { description: 'length of a round of one contender', fallback: 3, quick: 1 },
    connections: { description: 'connections, all kept alive', fallback: 64, quick: 8 },
  },
  async run(settings) {
    await using endpoint = await startNginx(`
  server {
    listen 127.0.0.1:PORT;
    location / {
      default_type application/json;
      add_header Cache-Control max-age=3600;
      return 200 '{"status":"ok"}\\n';
    }
  }`);
    const contenders = CONTENDERS.filter(({ name }) => settings.list('contenders').includes(name));
    const names = contenders.map(({ name }) => name);
    const rounds = await measureProxies(`127.0.0.1:${endpoint.port}`, contenders, {
      warmUpRequests: settings.number('warmup'),
      rounds: settings.number('rounds'),
      seconds: settings.number('seconds'),
      connections: settings.number('connections'),
      progress: settings.progress,
    });
    const of = (name: string) => rounds[names.indexOf(name)];
    const [cached, uncached] = [of(CACHED), of(UNCACHED)];
    const references = [UNCACHED, NGINX_CACHE].filter((name) => names.includes(name));
    return {
      tables: [hitTable(names, rounds, references)],
      targets:
        cached === undefined || uncached === undefined
          ? []
          : [
              atMost(
                'CPU time of a hit to that of a request without a cache',
                cpuRatio(cached, uncached),
                0.6,
                'times',
              ),
            ],
      notes: [
        'CPU time is user and system of the proxy with all its threads and children; ratios are within a round.',
        'wrk, the endpoint (nginx) and the proxy share the machine: requests a second say little, CPU time a request more.',
        'The first request of each connection may be a miss; nginx keeps responses in files, which the system has in memory.',
      ],
    };
  },
};
