import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createProxy } from '@evenkeel/proxy';
import { buildParts } from '../build/parts.ts';
import { checkParsed } from '../commands/check.ts';
import { configText } from '../config/config-text.ts';
import { parseConfig } from '../config/load-config.ts';

/** A proxy of a configuration, in this process, in front of one upstream. */
export interface ConfiguredProxy extends AsyncDisposable {
  readonly url: string;
  /** What the upstream was asked, in order. */
  readonly asked: readonly IncomingMessage[];
  /** What went wrong in middleware. */
  readonly errors: readonly unknown[];
}

/** How the upstream is asked by default: it says the path. */
const echo: RequestListener = ({ url }, response) => void response.end(url);

/**
 * Starts a proxy on loopback.
 *
 * @param text the configuration without listeners; the endpoint `UPSTREAM` is the upstream
 * @throws ConfigError with all that is wrong
 */
export async function configuredProxy(
  text: string,
  upstream: RequestListener = echo,
): Promise<ConfiguredProxy> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    upstream(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const whole = `listeners: [{ port: 0, host: 127.0.0.1 }]\n${text.replaceAll('UPSTREAM', `127.0.0.1:${port}`)}`;
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  const errors: unknown[] = [];
  try {
    const loaded = await checkParsed(parseConfig(configText('evenkeel.yaml', whole)));
    const parts = buildParts(loaded, { onMiddlewareError: (error) => void errors.push(error) });
    const proxy = createProxy(parts.options);
    const address = await proxy.listen({ port: 0, host: '127.0.0.1' });
    return {
      url: `http://127.0.0.1:${address.port}`,
      asked,
      errors,
      async [Symbol.asyncDispose]() {
        await proxy.close({ graceMs: 0 });
        await parts.close();
        close();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}
