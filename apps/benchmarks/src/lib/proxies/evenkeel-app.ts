import { fileURLToPath } from 'node:url';
import { type RunningProgram, startProgram } from '@evenkeel/services';

const APP = fileURLToPath(new URL('../../../../proxy/src/main.ts', import.meta.url));

/**
 * Starts our program with one cluster.
 *
 * @param addresses `host:port` of each endpoint
 * @param settings further lines of the cluster, in YAML
 * @param top further lines of the file, in YAML
 */
export function startEvenkeel(
  addresses: readonly string[],
  settings: readonly string[] = [],
  top: readonly string[] = [],
): Promise<RunningProgram> {
  return startProgram({ file: process.execPath, env: {} }, ({ port }) => ({
    config: [
      `listeners: [{ port: ${port}, host: 127.0.0.1 }]`,
      'clusters:',
      '  api:',
      `    discovery: { static: [${addresses.map((address) => `"${address}"`).join(', ')}] }`,
      ...settings.map((line) => `    ${line}`),
      'routes: [{ cluster: api }]',
      ...top,
      '',
    ].join('\n'),
    args: (file) => [APP, 'run', '--config', file],
  }));
}
