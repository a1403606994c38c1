import type { Benchmark, Settings } from '../lib/cli/benchmark.ts';
import { startNginx } from '../lib/proxies/nginx.ts';
import { joined } from '../lib/report/joined.ts';
import { atLeast, atMost, type Report } from '../lib/report/report.ts';
import { measureConnections } from './measure-connections.ts';
import { measureRequests } from './measure-requests.ts';
import { measureStream } from './measure-stream.ts';

const SCENARIOS = ['connections', 'stream', 'requests'] as const;
/** What the heap may grow over all requests after the first tenth, in MB: a byte for each would be more. */
const HEAP_MB = 1;
/** What resident memory may grow while a stream goes through, in MB: a thousandth of 10 GB would be less. */
const STREAM_MB = 32;

/** What many connections, long answers and many requests do to our proxy. */
export const endurance: Benchmark = {
  name: 'endurance',
  summary:
    'ten thousand idle connections, ten gigabytes in one answer and a million requests through our proxy',
  options: {
    scenarios: { description: 'what is measured', fallback: SCENARIOS, choices: SCENARIOS },
    connections: { description: 'connections that do nothing', fallback: 10_000, quick: 200 },
    megabytes: { description: 'length of the answer', fallback: 10_000, quick: 100 },
    requests: { description: 'requests', fallback: 1_000_000, quick: 3_000 },
    rounds: { description: 'rounds of load beside the connections', fallback: 5, quick: 1 },
    seconds: { description: 'length of one of them', fallback: 4, quick: 1 },
  },
  async run(settings) {
    await using endpoint = await startNginx(`
  server {
    listen 127.0.0.1:PORT;
    location / { default_type application/json; return 200 '{"status":"ok"}\\n'; }
  }`);
    const address = `127.0.0.1:${endpoint.port}`;
    const reports: Report[] = [];
    for (const scenario of settings.list('scenarios')) {
      settings.progress(`endurance: ${scenario}`);
      if (scenario === 'connections') reports.push(await connections(address, settings));
      else if (scenario === 'stream') reports.push(await stream(settings.number('megabytes')));
      else reports.push(await requests(address, settings.number('requests')));
    }
    return joined(reports);
  },
};

async function connections(address: string, settings: Settings): Promise<Report> {
  const open = settings.number('connections');
  const { rateRatio, bytesEach } = await measureConnections(address, {
    connections: open,
    rounds: settings.number('rounds'),
    seconds: settings.number('seconds'),
  });
  return {
    tables: [
      {
        title: 'Connections that do nothing: half idle, half with an unfinished request',
        columns: [
          { title: 'connections' },
          { title: 'rate of others, to that without', digits: 3 },
          { title: 'kB each', digits: 1 },
        ],
        rows: [[open, rateRatio, bytesEach / 1_000]],
      },
    ],
    targets: [atLeast('rate of others beside idle connections', rateRatio, 0.9, 'times')],
    notes: [],
  };
}

async function stream(megabytes: number): Promise<Report> {
  const { seconds, firstMb, restMb } = await measureStream(megabytes);
  return {
    tables: [
      {
        title: 'One long answer',
        columns: [
          { title: 'MB' },
          { title: 'MB a second' },
          { title: 'most RSS in the first tenth, MB', digits: 1 },
          { title: 'in the rest, MB', digits: 1 },
        ],
        rows: [[megabytes, megabytes / seconds, firstMb, restMb]],
      },
    ],
    targets: [atMost('growth of RSS while it streams', restMb - firstMb, STREAM_MB, 'MB')],
    notes: [],
  };
}

async function requests(address: string, total: number): Promise<Report> {
  const readings = await measureRequests(address, total);
  const first = readings[0]?.heapMb ?? Number.NaN;
  const last = readings.at(-1)?.heapMb ?? Number.NaN;
  return {
    tables: [
      {
        title: 'Heap after many requests, garbage collected',
        columns: [{ title: 'requests' }, { title: 'heap MB', digits: 2 }],
        rows: readings.map(({ requests: sent, heapMb }) => [sent, heapMb]),
      },
    ],
    targets: [atMost('growth of the heap after the first tenth', last - first, HEAP_MB, 'MB')],
    notes: [],
  };
}
