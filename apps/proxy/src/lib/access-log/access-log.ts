import type { ProxyEvent, ReverseProxy } from '@evenkeel/proxy';
import type { AccessLogConfig } from '../schema/operation.ts';
import { DEFAULT_FIELDS, type LoggedEvent } from './fields.ts';
import { jsonLines } from './json-lines.ts';
import { logOutput } from './log-output.ts';
import { templateLines } from './template.ts';

/** A log with one line for each exchange. */
export interface AccessLog {
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
  proxy: Pick<ReverseProxy, 'subscribe'>,
  { to, format = 'json', fields, samplingRatio = 1 }: AccessLogConfig,
  { resolve, say, random = Math.random }: AccessLogContext,
): Promise<AccessLog> {
  const lineOf = format === 'json' ? jsonLines(fields ?? DEFAULT_FIELDS) : templateLines(format);
  const output = await logOutput({
    to: typeof to === 'string' ? OUTPUTS[to] : resolve(to.path),
    say,
    maxPendingBytes: MAX_PENDING_BYTES,
  });
  const subscription = proxy.subscribe((event) => {
    if (!isLogged(event)) return;
    if (samplingRatio < 1 && !isNotable(event) && random() >= samplingRatio) return;
    output.write(lineOf(event));
  });
  return {
    reopen: output.reopen,
    async close() {
      subscription[Symbol.dispose]();
      await output.close();
    },
  };
}

function isLogged(event: ProxyEvent): event is LoggedEvent {
  return event.type === 'exchangeEnded' || event.type === 'connectionRefused';
}

/** What no sampling may leave out: errors, and requests that were not answered at the first try. */
function isNotable(event: LoggedEvent): boolean {
  return (
    event.reason !== undefined ||
    (event.type === 'exchangeEnded' && (event.status >= 500 || event.attempts > 1))
  );
}
