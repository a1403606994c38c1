import { execFileSync } from 'node:child_process';
import { mkdtemp, open, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionRefused, ExchangeEnded, ProxyEvent } from '@evenkeel/proxy';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AccessLogConfig } from '../schema/operation.ts';
import { type AccessLog, accessLog } from './access-log.ts';

let folder = '';
let path = '';
const open_: AccessLog[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'access-log-'));
  path = join(folder, 'access.log');
});
afterEach(async () => {
  for (const log of open_.splice(0)) await log.close();
  await rm(folder, { recursive: true });
});

const exchange = (fields: Partial<ExchangeEnded> = {}): ExchangeEnded => ({
  type: 'exchangeEnded',
  method: 'GET',
  host: 'h:80',
  target: '/a?b="c"',
  remoteAddress: '192.0.2.1',
  clientAddress: '192.0.2.1',
  requestId: undefined,
  httpVersion: '1.1',
  requestHeaders: ['Host', 'h:80', 'User-Agent', 'curl/8', 'Cookie', 'secret', 'X-Id', '7', 'x-id', '8'],
  route: 'all',
  cluster: 'api',
  endpoint: '10.0.0.1:80',
  attempts: 1,
  attemptLog: [],
  cacheStatus: undefined,
  status: 200,
  reason: undefined,
  error: undefined,
  responseHeaders: ['Content-Type', 'text/plain', 'Set-Cookie', 'secret', 'X-Trace', 'secret'],
  requestBytes: 0,
  responseBytes: 12,
  firstByteMs: 1.23456,
  durationMs: 2,
  traceId: undefined,
  ...fields,
});
const refused: ConnectionRefused = {
  type: 'connectionRefused',
  remoteAddress: '192.0.2.1',
  reason: 'bad-request',
  error: new Error('no HTTP'),
};
const attempt = {
  endpoint: 'a',
  outcome: 'failure',
  status: 503,
  reason: undefined,
  error: undefined,
  startedMs: 0,
  durationMs: 1,
} as const;

/** A log of what a test tells it. */
async function logging(config: Partial<AccessLogConfig> = {}, random?: () => number) {
  const listeners = new Set<(event: ProxyEvent) => void>();
  const said: string[] = [];
  const log = await accessLog(
    { to: { path: 'access.log' }, ...config },
    { resolve: (name) => join(folder, name), say: (line) => said.push(line), ...(random && { random }) },
  );
  log.follow({
    subscribe(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  });
  open_.push(log);
  const read = async (file = path): Promise<string[]> =>
    (await readFile(file, 'utf8')).split('\n').slice(0, -1);
  return {
    log,
    said,
    tell: (...events: ProxyEvent[]) => {
      for (const event of events) for (const listener of listeners) listener(event);
    },
    read,
    /** Everything that was written, once the log is closed. */
    async lines() {
      await log.close();
      return read();
    },
  };
}

describe('JSON', () => {
  it('has what there is of an exchange, in order, and no values of headers but two', async () => {
    const { tell, lines } = await logging();
    tell(exchange());
    const [line = ''] = await lines();
    const { time, ...rest } = JSON.parse(line);
    expect(Date.parse(time)).toBeGreaterThan(0);
    expect(line).toMatch(
      /^\{"time":"[^"]+","remoteAddress":"192\.0\.2\.1","clientAddress":"192\.0\.2\.1","method":"GET"/,
    );
    expect(rest).toEqual({
      remoteAddress: '192.0.2.1',
      clientAddress: '192.0.2.1',
      method: 'GET',
      host: 'h:80',
      target: '/a?b="c"',
      httpVersion: '1.1',
      status: 200,
      route: 'all',
      cluster: 'api',
      endpoint: '10.0.0.1:80',
      attempts: 1,
      requestBytes: 0,
      responseBytes: 12,
      firstByteMs: 1.235,
      durationMs: 2,
      userAgent: 'curl/8',
    });
  });

  it('has the reason of a failure, and of each retry', async () => {
    const { tell, lines } = await logging({ fields: ['status', 'reason', 'error', 'attemptLog'] });
    const attemptLog = [
      { ...attempt, kind: 'first' },
      { ...attempt, kind: 'retry', status: undefined, reason: 'upstream-reset', error: new Error('gone') },
    ] as const;
    tell(
      exchange({ status: 502, reason: 'upstream-reset', error: new Error('gone'), attempts: 2, attemptLog }),
    );
    expect((await lines()).map((line) => JSON.parse(line))).toEqual([
      {
        status: 502,
        reason: 'upstream-reset',
        error: 'gone',
        attemptLog: [
          { endpoint: 'a', kind: 'first', outcome: 'failure', status: 503, startedMs: 0, durationMs: 1 },
          {
            endpoint: 'a',
            kind: 'retry',
            outcome: 'failure',
            reason: 'upstream-reset',
            error: 'gone',
            startedMs: 0,
            durationMs: 1,
          },
        ],
      },
    ]);
  });

  it('names headers, and shows the values of harmless ones', async () => {
    const fields = [
      'requestHeaders',
      'responseHeaders',
      'requestHeader.x-id',
      'requestHeader.cookie',
      'responseHeader.x-none',
    ];
    const { tell, lines } = await logging({ fields });
    tell(exchange());
    const [line = ''] = await lines();
    expect(line).not.toContain('secret');
    expect(JSON.parse(line)).toEqual({
      requestHeaders: { host: 'h:80', 'user-agent': 'curl/8', cookie: '[redacted]', 'x-id': '[redacted]' },
      responseHeaders: { 'content-type': 'text/plain', 'set-cookie': '[redacted]', 'x-trace': '[redacted]' },
      'requestHeader.x-id': '7, 8',
      'requestHeader.cookie': '[redacted]',
    });
  });

  it('tells of what was no request', async () => {
    const { tell, lines } = await logging();
    tell(refused, { type: 'listenerFailed', error: 1 });
    const [line = '', ...more] = await lines();
    expect(JSON.parse(line)).toMatchObject({
      remoteAddress: '192.0.2.1',
      reason: 'bad-request',
      error: 'no HTTP',
    });
    expect(more).toEqual([]);
  });
});

it('tells of TCP connections', async () => {
  const { tell, lines } = await logging();
  tell({
    type: 'connectionEnded',
    remoteAddress: '192.0.2.1',
    remotePort: 5,
    serverName: 'db.example',
    cluster: 'db',
    endpoint: '10.0.0.1:5432',
    attempts: 1,
    bytesReceived: 7,
    bytesSent: 9,
    connectMs: 1,
    durationMs: 20,
    reason: undefined,
    error: undefined,
  });
  const [line = ''] = await lines();
  expect(JSON.parse(line)).toEqual({
    time: expect.any(String),
    remoteAddress: '192.0.2.1',
    clientAddress: '192.0.2.1',
    host: 'db.example',
    cluster: 'db',
    endpoint: '10.0.0.1:5432',
    attempts: 1,
    requestBytes: 7,
    responseBytes: 9,
    durationMs: 20,
  });
});

it('a template has its fields, and nothing that a client sent ends a line or a quote', async () => {
  const { tell, lines } = await logging({
    format:
      '%{remoteAddress} "%{method} %{target}" %{status} %{reason} "%{requestHeader.x-evil}" %{attemptLog}',
  });
  tell(
    exchange({
      requestHeaders: ['X-Evil', 'a" 200 "\x1b\u2028\\'],
      attemptLog: [{ ...attempt, kind: 'first' }],
      status: 503,
    }),
  );
  expect(await lines()).toEqual([
    String.raw`192.0.2.1 "GET /a?b=\x22c\x22" 503 - "a\x22 200 \x22\u001b\u2028\x5c" [{\x22endpoint\x22:\x22a\x22,\x22kind\x22:\x22first\x22,\x22outcome\x22:\x22failure\x22,\x22status\x22:503,\x22startedMs\x22:0,\x22durationMs\x22:1}]`,
  ]);
});

it('a sample leaves out none that failed or was retried', async () => {
  const draws = [0.09, 0.1, 0.5];
  const { tell, lines } = await logging(
    { samplingRatio: 0.1, format: '%{status} %{attempts}' },
    () => draws.shift() ?? 1,
  );
  tell(
    exchange(),
    exchange({ status: 201 }),
    exchange({ status: 202 }),
    exchange({ status: 500 }),
    exchange({ attempts: 2 }),
    exchange({ status: 404, reason: 'no-route' }),
    refused,
  );
  expect(await lines()).toEqual(['200 1', '500 1', '200 2', '404 1', '- -']);
});

describe('the file', () => {
  it('is appended to', async () => {
    for (const status of [200, 201]) {
      const { tell, log } = await logging({ format: '%{status}' });
      tell(exchange({ status }));
      await log.close();
    }
    expect(await readFile(path, 'utf8')).toBe('200\n201\n');
  });

  it('is opened anew when told to, and no line is lost', async () => {
    const { tell, log, lines, read } = await logging({ format: '%{status}' });
    tell(exchange());
    await rename(path, `${path}.1`);
    log.reopen();
    tell(exchange({ status: 201 }));
    await vi.waitUntil(() => read().catch(() => undefined));
    tell(exchange({ status: 202 }));
    const after = await lines();
    expect([...(await read(`${path}.1`)), ...after]).toEqual(['200', '201', '202']);
    expect(after).toContain('202');
  });

  it('is opened anew when it was renamed, unasked', async () => {
    const { tell, lines, read } = await logging({ format: '%{status}' });
    await rename(path, `${path}.1`);
    await vi.waitUntil(() => read().catch(() => undefined), { timeout: 10_000 });
    tell(exchange({ status: 202 }));
    expect(await lines()).toEqual(['202']);
  });

  it('that cannot be opened is an error', async () => {
    await expect(logging({ to: { path: 'none/access.log' } })).rejects.toThrow('ENOENT');
  });

  it('that takes nothing costs lines, never the caller’s time, and the operator is told', async () => {
    // A pipe that nobody reads: what is written waits.
    execFileSync('mkfifo', [path]);
    const reader = await open(path, 'r+');
    const { tell, said, log } = await logging({ format: `%{status} ${'x'.repeat(1_000)}` });
    const begun = performance.now();
    for (let i = 0; i < 40_000; i++) tell(exchange());
    expect(performance.now() - begun).toBeLessThan(5_000);
    await vi.waitUntil(() => said.some((line) => /access log: \d+ lines dropped/.test(line)), {
      timeout: 5_000,
    });
    await reader.read(Buffer.alloc(65_536), 0, 65_536);
    await log.close();
    await reader.close();
  });
});
