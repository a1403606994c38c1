import type { ProxyEvent, ReverseProxy } from '@evenkeel/proxy';
import type { AccessLogConfig } from '../schema/operation.ts';
import { DEFAULT_FIELDS, type LoggedEvent } from './fields.ts';
import { jsonLines } from './json-lines.ts';
import { logOutput } from './log-output.ts';
import { templateLines } from './template.ts';

/** A log with one line for each exchange and each TCP connection. */
export interface AccessLog {
  /** Logs what a proxy does, until disposed. */
  follow(proxy: Pick<ReverseProxy, 'subscribe'>): Disposable;
  /** Opens its file anew. */
  reopen(): void;
  close(): Promise<void>;
}

/** What a log needs beside its configuration. */
export interface AccessLogContext {
  /** Relative paths are made absolute with it. */
  readonly resolve: (path: string) => string;
  readonly say: (line: string) => void;
  /** From 0 to 1. @default Math.random */
  readonly random?: () => number;
}

const OUTPUTS = { stdout: 1, stderr: 2 } as const;
const MAX_PENDING_BYTES = 16_777_216;

/**
 * Begins to log.
 *
 * @throws the system's error when the file cannot be opened
 */
export async function accessLog(
  { to, format = 'json', fields, samplingRatio = 1 }: AccessLogConfig,
  { resolve, say, random = Math.random }: AccessLogContext,
): Promise<AccessLog> {
  const lineOf = format === 'json' ? jsonLines(fields ?? DEFAULT_FIELDS) : templateLines(format);
  const output = await logOutput({
    to: typeof to === 'string' ? OUTPUTS[to] : resolve(to.path),
    say,
    maxPendingBytes: MAX_PENDING_BYTES,
  });
  const subscriptions = new Set<Disposable>();
  const logged = (event: ProxyEvent): void => {
    if (!isLogged(event)) return;
    if (samplingRatio < 1 && !isNotable(event) && random() >= samplingRatio) return;
    output.write(lineOf(event));
  };
  return {
    follow(proxy) {
      const subscription = proxy.subscribe(logged);
      subscriptions.add(subscription);
      return {
        [Symbol.dispose]() {
          subscription[Symbol.dispose]();
          subscriptions.delete(subscription);
        },
      };
    },
    reopen: output.reopen,
    async close() {
      for (const subscription of subscriptions) subscription[Symbol.dispose]();
      await output.close();
    },
  };
}

const LOGGED: ReadonlySet<ProxyEvent['type']> = new Set([
  'exchangeEnded',
  'connectionRefused',
  'connectionEnded',
]);

function isLogged(event: ProxyEvent): event is LoggedEvent {
  return LOGGED.has(event.type);
}

/** What no sampling may leave out: errors, and requests that were not answered at the first try. */
function isNotable(event: LoggedEvent): boolean {
  return (
    event.reason !== undefined ||
    (event.type === 'exchangeEnded' && (event.status >= 500 || event.attempts > 1))
  );
}
