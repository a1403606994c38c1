import { formatAddress } from '@evenkeel/core';
import type { BoundAddress, ListenOptions } from '@evenkeel/proxy';
import { buildListener } from '../build/listener.ts';
import { type BuiltProxy, buildProxy } from '../build/proxy.ts';
import { formatIssue } from '../config/config-error.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { configWarnings } from '../config/warnings.ts';
import { describeEvent } from '../events/describe-event.ts';
import { describeProxyEvent } from '../events/describe-proxy-event.ts';
import { describeStoreEvent } from '../events/describe-store-event.ts';
import { withCause } from '../events/failure.ts';
import { oneLine } from '../events/one-line.ts';
import { jsonSay, type Say } from '../events/say.ts';
import { createOperation, type Operation, OperationError } from '../operation/operation.ts';
import { startTracing } from '../operation/tracing.ts';
import { check } from './check.ts';

/** What `run` talks to: the process, or a test. */
export interface RunContext {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  /** Calls back with each request to stop; the first asks to drain, the second to stop at once. */
  onStop(callback: () => void): void;
  /** Calls back with each request to open the files of logs anew. */
  onReopen(callback: () => void): void;
}

/**
 * Runs the proxy of a configuration until it is told to stop. Returns the exit code.
 *
 * @throws ConfigError before anything has been started
 */
export async function run(file: string, context: RunContext): Promise<number> {
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  const { promise: forced, resolve: force } = Promise.withResolvers<void>();
  let signals = 0;
  context.onStop(() => (signals++ === 0 ? stop : force)());
  const serving = serve(file, context, stopped, () => signals > 0);
  return Promise.race([serving, forced.then(() => 1)]);
}

async function serve(
  file: string,
  context: RunContext,
  stopped: Promise<void>,
  isStopped: () => boolean,
): Promise<number> {
  const loaded = await check(file);
  const err = loaded.config.log?.format === 'json' ? jsonSay(context.err) : context.err;
  err(`starting with ${file}`);
  for (const issue of configWarnings(loaded)) err(formatIssue(file, issue, 'warning: '));
  const { listeners, shutdown, name = 'evenkeel', tracing: wanted } = loaded.config;
  const tracing = wanted && (await startTracing(wanted, { name, say: err }));
  const built = buildProxy(loaded, {
    onStoreEvent(event) {
      const line = describeStoreEvent(event);
      if (line !== undefined) err(line);
    },
    tracer: tracing?.tracer,
    onMiddlewareError: (error) => err(`middleware: ${oneLine(withCause(error))}`),
  });
  built.proxy.subscribe(
    (event) => {
      const line = describeProxyEvent(event);
      if (line !== undefined) err(line);
    },
    { exchanges: false },
  );
  for (const cluster of built.clusters) {
    cluster.subscribe((event) => {
      const line = describeEvent(cluster.name, event);
      if (line !== undefined) err(line);
    });
  }
  const operation = await openOperation(built, loaded, err);
  if (operation === undefined) return 1;
  context.onReopen(operation.reopen);
  const failed = isStopped()
    ? undefined
    : ((await listenAdmin(operation, loaded, context)) ??
      (await listenAll(
        listeners.map((listener, index) => ({
          where: buildListener(listener, file),
          proxy: built.tcp.get(index) ?? built.proxy,
          scheme: listener.tcp ? 'tcp' : listener.tls ? 'https' : 'http',
        })),
        context,
      )));
  if (failed !== undefined) {
    await operation.close();
    await built.close();
    err(failed);
    return 1;
  }
  for (const cluster of built.clusters) {
    if (cluster.inspect().discovery.state === 'initial')
      err(`cluster ${cluster.name}: waiting for its endpoints`);
  }
  await stopped;
  const proxies = [built.proxy, ...built.tcp.values()];
  err(`stopping: ${proxies.reduce((sum, { active }) => sum + active, 0)} open`);
  await Promise.all(proxies.map((proxy) => proxy.close(shutdown)));
  await built.close();
  await Promise.all([operation.close(), tracing?.close()]);
  err('stopped');
  return 0;
}

/** Undefined when something that the configuration asks for cannot be had. */
async function openOperation(
  built: BuiltProxy,
  loaded: LoadedConfig,
  err: Say,
): Promise<Operation | undefined> {
  try {
    const { proxy } = built;
    const clusters = () => built.clusters;
    const tcp = () => [...built.tcp.values()];
    return await createOperation(
      { proxy, tcp, clusters, stores: () => built.stores, loaded: () => loaded },
      err,
    );
  } catch (error) {
    await built.close();
    if (!(error instanceof OperationError)) throw error;
    err(error.message);
    return undefined;
  }
}

/** A listener and what is behind it. */
interface Listening {
  readonly where: ListenOptions;
  readonly proxy: { listen(where: ListenOptions): Promise<BoundAddress> };
  readonly scheme: string;
}

/** Binds the address of the admin API, where there is one, or says that it could not. */
async function listenAdmin(
  operation: Operation,
  { config: { admin } }: LoadedConfig,
  { out }: RunContext,
): Promise<string | undefined> {
  try {
    const address = await operation.listen();
    if (address !== undefined) out(`admin on ${address}`);
    return undefined;
  } catch (error) {
    return `cannot listen on ${formatAddress(admin?.host ?? '127.0.0.1', admin?.port ?? 0)}: ${describe(error)}`;
  }
}

/** Binds every address, or says which one it could not. Announces them only when all are bound. */
async function listenAll(listeners: readonly Listening[], { out }: RunContext): Promise<string | undefined> {
  const lines: string[] = [];
  for (const { where, proxy, scheme } of listeners) {
    try {
      const { address, port } = await proxy.listen(where);
      lines.push(`listening on ${scheme}://${formatAddress(address, port)}`);
    } catch (error) {
      const { host = '*', port } = where;
      return `cannot listen on ${formatAddress(host, port)}: ${describe(error)}`;
    }
  }
  for (const line of lines) out(line);
  return undefined;
}

function describe(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return 'the port is in use (EADDRINUSE)';
  if (code === 'EACCES') return 'not allowed (EACCES)';
  if (code === 'EADDRNOTAVAIL') return 'this machine has no such address (EADDRNOTAVAIL)';
  return code ?? message;
}
