import { connect } from 'node:net';
import type { TlsOptions } from '@evenkeel/http-client';
import { buildConnector, errors } from 'undici';

/** How connections to endpoints are made. */
export interface HeaderConnectorOptions {
  readonly tls: TlsOptions | undefined;
  /** How long a connection may take to be made, in ms. */
  readonly connectTimeoutMs: number;
}

/** Makes what connects to an endpoint for undici: a header of the PROXY protocol goes first, then TLS where there is TLS. */
export function headerConnector(
  header: Buffer,
  { tls, connectTimeoutMs }: HeaderConnectorOptions,
): buildConnector.connector {
  const secure = buildConnector({
    ...tls,
    timeout: connectTimeoutMs,
    allowH2: false,
  } as buildConnector.BuildOptions);
  return (options, callback) => {
    const isSecure = options.protocol === 'https:';
    const port = Number(options.port) || (isSecure ? 443 : 80);
    const socket = connect({ host: options.hostname, port, noDelay: true, keepAlive: true });
    const failed = (error: Error): void => {
      clearTimeout(timer);
      callback(error, null);
    };
    const timer = setTimeout(
      () => socket.destroy(new errors.ConnectTimeoutError(`no connection within ${connectTimeoutMs} ms`)),
      connectTimeoutMs,
    );
    socket.once('error', failed);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', failed);
      socket.write(header);
      if (isSecure) secure({ ...options, httpSocket: socket }, callback);
      else callback(null, socket);
    });
  };
}
