import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CertificateFiles } from '../transports/tls-options.ts';
import { AUTHORITY, type TestCertificate } from './certificates.ts';

/** A folder with certificates, gone at the end of the test. */
export interface TlsFolder extends AsyncDisposable {
  readonly path: string;
  /** The authority that clients and servers of the tests trust. */
  readonly caFile: string;
  /** Writes a certificate and its key. */
  write(name: string, certificate: TestCertificate): Promise<CertificateFiles>;
}

/** Makes the folder, with the authority in it. */
export async function tlsFolder(): Promise<TlsFolder> {
  const path = await mkdtemp(join(tmpdir(), 'evenkeel-tls-'));
  const caFile = join(path, 'ca.pem');
  await writeFile(caFile, AUTHORITY);
  return {
    path,
    caFile,
    async write(name, { cert, key }) {
      const certFile = join(path, `${name}.pem`);
      const keyFile = join(path, `${name}.key`);
      await writeFile(certFile, cert);
      await writeFile(keyFile, key);
      return { certFile, keyFile };
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  };
}
