import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidOptionsError } from '@evenkeel/core';
import type * as z from 'zod';
import { object, text } from './fields.ts';

const PEM = 'the path of a PEM file';

/** How a registry is spoken to over TLS. Files are relative to the configuration. */
export const tls = object('TLS. Files are relative to the configuration.', {
  caFile: text('Whom to trust instead of the system’s authorities.', PEM).exactOptional(),
  certFile: text('The certificate of this client.', PEM).exactOptional(),
  keyFile: text('The key of that certificate.', PEM).exactOptional(),
  servername: text('The name to check instead of the host’s.').exactOptional(),
}).refine((value) => (value.certFile === undefined) === (value.keyFile === undefined), {
  error: 'certFile and keyFile together',
});

export type TlsConfig = z.output<typeof tls>;

/** Options of `node:tls`, with the contents of the files. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
}

/**
 * Reads the files.
 *
 * @param baseDir relative paths start here
 * @throws InvalidOptionsError for a file that cannot be read
 */
export function readTls({ caFile, certFile, keyFile, servername }: TlsConfig, baseDir: string): TlsMaterial {
  const read = (field: string, path: string): string => {
    try {
      return readFileSync(resolve(baseDir, path), 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new InvalidOptionsError(`tls.${field}`, path, `a file that can be read (${code})`);
    }
  };
  return {
    ...(caFile !== undefined && { ca: read('caFile', caFile) }),
    ...(certFile !== undefined && { cert: read('certFile', certFile) }),
    ...(keyFile !== undefined && { key: read('keyFile', keyFile) }),
    ...(servername !== undefined && { servername }),
  };
}
