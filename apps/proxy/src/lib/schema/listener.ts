import type * as z from 'zod';
import { bindHost, serverName } from './address.ts';
import { choice, count, list, ms, object, text } from './fields.ts';
import { acceptProxy, tcp } from './tcp.ts';

const PEM = 'the path of a PEM file';

const certificate = object('A certificate and its key, read again when they change.', {
  certFile: text('The certificate, and after it those between it and the root.', PEM),
  keyFile: text('Its key.', PEM),
  passphrase: text('Of an encrypted key.').exactOptional(),
  hosts: list(
    'Names that clients ask for. Default those in the certificate.',
    'host names',
    serverName('A host name, or "*.example.com".'),
  ).exactOptional(),
});

const clientAuth = object('Asks clients for certificates.', {
  caFile: text('The authorities that they come from.', PEM),
  mode: choice('Whether a client must have one. Default required.', ['required', 'optional']).exactOptional(),
});

/** TLS of a listener. */
const listenerTls = object('TLS. Files are relative to the configuration.', {
  certificates: list(
    'The first is for clients that name no host, or one that no certificate has.',
    'certificates',
    certificate,
  ),
  clientAuth: clientAuth.exactOptional(),
  minVersion: choice('Default TLSv1.2.', ['TLSv1.2', 'TLSv1.3']).exactOptional(),
  ciphers: text('In OpenSSL’s notation. Default those of Node.').exactOptional(),
  pollMs: ms('How often files are looked at besides. Default 5000.', {
    min: 10,
    max: 2 ** 31 - 1,
  }).exactOptional(),
});

/** One address with what is spoken there. */
export const listener = object('Where the proxy accepts connections.', {
  port: count('0 takes any free port.', { max: 65_535 }),
  host: bindHost('The address to bind. Default all addresses.').exactOptional(),
  protocols: list(
    'What is spoken. Default h2 and http/1.1 over TLS, else http/1.1.',
    'protocols',
    choice('h2 only over TLS, h2c only without.', ['http/1.1', 'h2', 'h2c']),
  ).exactOptional(),
  tls: listenerTls.exactOptional(),
  tcp: tcp.exactOptional(),
  proxyProtocol: acceptProxy.exactOptional(),
}).refine((value) => value.tcp === undefined || (value.tls === undefined && value.protocols === undefined), {
  error: 'tcp without tls and protocols: endpoints end TLS themselves',
});

export type ListenerConfig = z.output<typeof listener>;
