import { checkKeys, choiceOption, InvalidOptionsError, type KnownKeys, numberOption } from '@evenkeel/core';

/** A certificate and its key, in PEM files that are read again when they change. */
export interface CertificateFiles {
  /** The certificate, and after it those between it and the root. */
  readonly certFile: string;
  readonly keyFile: string;
  /** Of an encrypted key. */
  readonly passphrase?: string;
  /** Names that clients ask for by SNI, such as `example.com` or `*.example.com`. @default the DNS names of the certificate */
  readonly hosts?: readonly string[];
}

/** How clients show who they are by certificates of their own (mTLS). */
export interface ClientAuthOptions {
  /** The authorities that client certificates come from, as a PEM file; read again when it changes. */
  readonly caFile: string;
  /**
   * Whether a client must have a certificate. One that has a certificate which does not hold is always refused.
   * @default 'required'
   */
  readonly mode?: 'required' | 'optional';
}

/** TLS of one listener. */
export interface TlsListenOptions {
  /** At least one; the first is for clients that name no host, or one that no certificate has. */
  readonly certificates: readonly CertificateFiles[];
  /** @default none: clients are not asked for certificates */
  readonly clientAuth?: ClientAuthOptions;
  /** @default 'TLSv1.2' */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** In OpenSSL's notation. @default those of Node */
  readonly ciphers?: string;
  /** How often files are looked at where the system tells nothing of changes (NFS, some mounts), in ms. @default 5_000 */
  readonly pollMs?: number;
}

/** The options with their defaults, checked. */
export type ResolvedTlsOptions = Required<Omit<TlsListenOptions, 'clientAuth' | 'ciphers'>> &
  Pick<TlsListenOptions, 'ciphers'> & { readonly clientAuth: Required<ClientAuthOptions> | undefined };

const TLS_KEYS: KnownKeys<TlsListenOptions> = {
  certificates: true,
  clientAuth: true,
  minVersion: true,
  ciphers: true,
  pollMs: true,
};
const FILES_KEYS: KnownKeys<CertificateFiles> = {
  certFile: true,
  keyFile: true,
  passphrase: true,
  hosts: true,
};
const AUTH_KEYS: KnownKeys<ClientAuthOptions> = { caFile: true, mode: true };

const HOST = /^(?:\*\.)?[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?$/i;

/** @throws InvalidOptionsError naming the field */
export function resolveTlsOptions(options: TlsListenOptions, field = 'tls'): ResolvedTlsOptions {
  checkKeys(field, options, TLS_KEYS);
  const { certificates, clientAuth, ciphers } = options;
  if (!Array.isArray(certificates) || certificates.length === 0) {
    throw new InvalidOptionsError(
      `${field}.certificates`,
      certificates,
      'a list of certificates, at least one',
    );
  }
  for (const [index, files] of certificates.entries()) checkFiles(`${field}.certificates[${index}]`, files);
  if (clientAuth !== undefined) {
    checkKeys(`${field}.clientAuth`, clientAuth, AUTH_KEYS);
    checkPath(`${field}.clientAuth.caFile`, clientAuth.caFile);
  }
  if (ciphers !== undefined && (typeof ciphers !== 'string' || ciphers === '')) {
    throw new InvalidOptionsError(
      `${field}.ciphers`,
      ciphers,
      'a list of ciphers in the notation of OpenSSL',
    );
  }
  return {
    certificates,
    clientAuth: clientAuth && {
      caFile: clientAuth.caFile,
      mode: choiceOption(`${field}.clientAuth.mode`, clientAuth.mode, 'required', ['required', 'optional']),
    },
    minVersion: choiceOption(`${field}.minVersion`, options.minVersion, 'TLSv1.2', ['TLSv1.2', 'TLSv1.3']),
    ...(ciphers !== undefined && { ciphers }),
    pollMs: numberOption(`${field}.pollMs`, options.pollMs, 5_000, { min: 10, max: 2 ** 31 - 1 }),
  };
}

function checkFiles(field: string, files: CertificateFiles): void {
  checkKeys(field, files, FILES_KEYS);
  checkPath(`${field}.certFile`, files.certFile);
  checkPath(`${field}.keyFile`, files.keyFile);
  const { hosts } = files;
  if (hosts === undefined) return;
  if (!Array.isArray(hosts) || !hosts.every((host) => typeof host === 'string' && HOST.test(host))) {
    throw new InvalidOptionsError(
      `${field}.hosts`,
      hosts,
      'host names, such as "example.com" or "*.example.com"',
    );
  }
}

function checkPath(field: string, path: unknown): void {
  if (typeof path !== 'string' || path === '') {
    throw new InvalidOptionsError(field, path, 'the path of a PEM file');
  }
}
