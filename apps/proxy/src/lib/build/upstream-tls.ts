import { dirname, resolve } from 'node:path';
import type { TlsOptions } from '@evenkeel/http-client';
import type { UpstreamTlsConfig } from '../schema/upstream-tls.ts';

/**
 * TLS options of a cluster of a checked configuration.
 *
 * @param file the path of the configuration: relative paths start beside it
 */
export function upstreamTls(config: UpstreamTlsConfig, file: string): TlsOptions {
  const { caFile, certFile, keyFile, ...rest } = config;
  const at = (path: string): string => resolve(dirname(file), path);
  return {
    ...rest,
    ...(caFile !== undefined && { caFile: at(caFile) }),
    ...(certFile !== undefined && { certFile: at(certFile) }),
    ...(keyFile !== undefined && { keyFile: at(keyFile) }),
  };
}
