import { dirname, resolve } from 'node:path';
import type { ListenOptions } from '@evenkeel/proxy';
import type { ListenerConfig } from '../schema/listener.ts';

/**
 * A listener of a checked configuration.
 *
 * @param file the path of the configuration: relative paths start beside it
 */
export function buildListener({ tls, tcp: _, ...where }: ListenerConfig, file: string): ListenOptions {
  if (tls === undefined) return where;
  const at = (path: string): string => resolve(dirname(file), path);
  const { certificates, clientAuth, ...rest } = tls;
  return {
    ...where,
    tls: {
      ...rest,
      certificates: certificates.map((one) => ({
        ...one,
        certFile: at(one.certFile),
        keyFile: at(one.keyFile),
      })),
      ...(clientAuth && { clientAuth: { ...clientAuth, caFile: at(clientAuth.caFile) } }),
    },
  };
}
