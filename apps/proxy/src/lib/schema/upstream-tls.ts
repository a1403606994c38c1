import type * as z from 'zod';
import { choice, flag, object, text } from './fields.ts';

const PEM = 'the path of a PEM file';

/** How the endpoints of a cluster are trusted, and trust the proxy. */
export const upstreamTls = object('TLS to the endpoints. Files are relative to the configuration.', {
  caFile: text('Whom to trust instead of the system’s authorities.', PEM).exactOptional(),
  certFile: text('The certificate of this proxy.', PEM).exactOptional(),
  keyFile: text('The key of that certificate.', PEM).exactOptional(),
  passphrase: text('Of an encrypted key.').exactOptional(),
  minVersion: choice('Default that of Node, TLSv1.2.', ['TLSv1.2', 'TLSv1.3']).exactOptional(),
  ciphers: text('In OpenSSL’s notation. Default those of Node.').exactOptional(),
  rejectUnauthorized: flag('Whether a certificate must hold. Default true.').exactOptional(),
}).refine((value) => (value.certFile === undefined) === (value.keyFile === undefined), {
  error: 'certFile and keyFile together',
});

export type UpstreamTlsConfig = z.output<typeof upstreamTls>;
