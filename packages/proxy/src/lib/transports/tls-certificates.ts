import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { InvalidOptionsError } from '@evenkeel/core';
import type { PemFiles } from './tls-files.ts';
import type { CertificateFiles, ResolvedTlsOptions } from './tls-options.ts';

/** The certificates of a listener, as one state of their files has them. */
export interface Certificates {
  /** For clients that name no host, or one that no certificate has. */
  readonly fallback: SecureContextOptions;
  /** The certificate for a name that a client asks for; undefined takes the fallback. */
  find(servername: string): SecureContext | undefined;
}

/**
 * Makes certificates of the contents of their files. Of two that have the same name the earlier one is taken.
 *
 * @throws InvalidOptionsError naming the certificate that is none, does not go with its key, or names no host
 */
export function loadCertificates(options: ResolvedTlsOptions, files: PemFiles, field = 'tls'): Certificates {
  const { clientAuth, minVersion, ciphers } = options;
  const common: SecureContextOptions = {
    minVersion,
    ...(ciphers !== undefined && { ciphers }),
    ...(clientAuth && { ca: authorities(files, clientAuth.caFile, `${field}.clientAuth.caFile`) }),
  };
  const contexts = new Map<string, SecureContext>();
  let fallback: SecureContextOptions | undefined;
  for (const [index, one] of options.certificates.entries()) {
    const at = `${field}.certificates[${index}]`;
    const material: SecureContextOptions = {
      ...common,
      cert: files.text(`${at}.certFile`, one.certFile),
      key: files.text(`${at}.keyFile`, one.keyFile),
      ...(one.passphrase !== undefined && { passphrase: one.passphrase }),
    };
    const context = contextOf(material, one, at);
    fallback ??= material;
    for (const host of one.hosts ?? hostsOf(`${material.cert}`, one, at, index > 0)) {
      const name = host.toLowerCase();
      if (!contexts.has(name)) contexts.set(name, context);
    }
  }
  return {
    fallback: fallback as SecureContextOptions,
    find(servername) {
      const name = servername.toLowerCase();
      // A wildcard stands for one label (RFC 9525 §6.3).
      return contexts.get(name) ?? contexts.get(name.replace(/^[^.]+/, '*'));
    },
  };
}

function contextOf(material: SecureContextOptions, files: CertificateFiles, field: string): SecureContext {
  try {
    return createSecureContext(material);
  } catch (error) {
    const { certFile, keyFile } = files;
    const expected = `a certificate and its key (${(error as Error).message})`;
    throw new InvalidOptionsError(field, { certFile, keyFile }, expected);
  }
}

/** Unlike a certificate that is none, an authority that is none would only make every client fail. */
function authorities(files: PemFiles, path: string, field: string): string {
  const pem = files.text(field, path);
  try {
    void new X509Certificate(pem);
    return pem;
  } catch (error) {
    throw new InvalidOptionsError(field, path, `a file with a certificate (${(error as Error).message})`);
  }
}

function hostsOf(pem: string, { certFile }: CertificateFiles, field: string, needed: boolean): string[] {
  const { subjectAltName = '' } = new X509Certificate(pem);
  const hosts = [...subjectAltName.matchAll(/(?:^|, )DNS:([\w.*-]+)(?=,|$)/g)].map(([, host = '']) => host);
  if (hosts.length === 0 && needed) {
    throw new InvalidOptionsError(
      `${field}.certFile`,
      certFile,
      'a certificate with DNS names, or a list of hosts',
    );
  }
  return hosts;
}
