import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AUTHORITY, FIRST, SECOND } from './certificates.ts';

/** A folder with `first.pem`, `first.key`, the same of `second`, and `ca.pem`; gone at the end of its scope. */
export interface TlsFolder extends AsyncDisposable {
  readonly path: string;
  /** Where a configuration would be. */
  readonly file: string;
  /** Writes the configuration. */
  configure(text: string): Promise<void>;
}

/** Makes the folder. */
export async function tlsFolder(): Promise<TlsFolder> {
  const path = await mkdtemp(join(tmpdir(), 'evenkeel-tls-'));
  const write = (name: string, text: string): Promise<void> => writeFile(join(path, name), text);
  await write('ca.pem', AUTHORITY);
  for (const [name, { cert, key }] of Object.entries({ first: FIRST, second: SECOND })) {
    await write(`${name}.pem`, cert);
    await write(`${name}.key`, key);
  }
  const file = join(path, 'evenkeel.yaml');
  return {
    path,
    file,
    configure: (text) => writeFile(file, text),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  };
}
