import type { ProxyEvent } from '@evenkeel/proxy';
import { withCause } from './failure.ts';
import { oneLine } from './one-line.ts';

/** One line for what an operator should know of listeners; undefined for the rest. */
export function describeProxyEvent(event: ProxyEvent): string | undefined {
  switch (event.type) {
    case 'certificatesReloaded':
      return oneLine(`certificates: read again (${event.files.join(', ')})`);
    case 'certificatesRejected':
      return oneLine(
        `certificates: the old ones stay (${event.files.join(', ')}): ${withCause(event.error)}`,
      );
    case 'listenerFailed':
      return oneLine(`listener: ${withCause(event.error)}`);
    default:
      return undefined;
  }
}
