import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { InvalidOptionsError } from '@evenkeel/core';
import type { TlsOptions } from './http-client-options.ts';

const CONTENTS = { caFile: 'ca', certFile: 'cert', keyFile: 'key' } as const;

/**
 * TLS options as `node:tls` takes them, files read.
 *
 * @param field the name that errors give the options
 * @throws InvalidOptionsError for a file that cannot be read, or that stands beside its content
 */
export function tlsConnectOptions(field: string, options: TlsOptions): ConnectionOptions {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptionsError(field, options, 'TLS options');
  }
  const { caFile: _ca, certFile: _cert, keyFile: _key, ...rest } = options;
  const read: Partial<Record<'ca' | 'cert' | 'key', string>> = {};
  for (const name of ['caFile', 'certFile', 'keyFile'] as const) {
    const path = options[name];
    if (path === undefined) continue;
    const content = CONTENTS[name];
    if (options[content] !== undefined) {
      throw new InvalidOptionsError(`${field}.${name}`, path, `nothing, as there is ${content}`);
    }
    read[content] = textOf(`${field}.${name}`, path);
  }
  return { ...rest, ...read };
}

function textOf(field: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InvalidOptionsError(field, path, `the path of a file that can be read (${code})`);
  }
}
