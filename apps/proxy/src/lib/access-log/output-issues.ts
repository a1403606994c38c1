import { dirname, resolve } from 'node:path';
import { type ConfigIssue, formatPath } from '../config/config-error.ts';
import type { ParsedConfig } from '../config/load-config.ts';
import { whyNotOpenable } from './openable.ts';

/** Finds that the file of an access log cannot be opened; none is made. */
export async function outputIssues({ config, file, map }: ParsedConfig): Promise<ConfigIssue[]> {
  const to = config.accessLog?.to;
  if (typeof to !== 'object') return [];
  const why = await whyNotOpenable(resolve(dirname(file), to.path));
  if (why === undefined) return [];
  const path = ['accessLog', 'to', 'path'];
  const message = `got ${JSON.stringify(to.path)}, expected a file that can be written: ${why}`;
  return [{ position: map.valueAt(path), path: formatPath(path), message }];
}
