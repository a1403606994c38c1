import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createProxy } from '@evenkeel/proxy';
import { expect, it } from 'vitest';
import { configText } from '../config/config-text.ts';
import { parseConfig } from '../config/load-config.ts';
import { temporaryFile } from '../testing/temporary-file.ts';
import { createOperation } from './operation.ts';

it('closes the access log when there can be no metrics', async () => {
  await using file = await temporaryFile(
    'evenkeel.yaml',
    `listeners: [{ port: 0 }]
clusters: {}
routes: [{ respond: { status: 204 } }]
admin: { port: 0 }
accessLog: { to: { path: access.log } }
`,
  );
  const log = join(dirname(file.path), 'access.log');
  // Reading a pipe ends when nobody has it open for writing any more.
  execFileSync('mkfifo', [log]);
  const written = readFile(log, 'utf8');
  await using proxy = createProxy({ clusters: [], routes: [{ respond: { status: 204 } }] });
  const sound = parseConfig(configText(file.path, await readFile(file.path, 'utf8')));
  // The schema refuses that already; whatever else may fail there must not leave the log open either.
  const loaded = { ...sound, config: { ...sound.config, metrics: { buckets: [2, 1] } } };
  const none = () => [];
  const operated = { proxy, tcp: none, clusters: none, stores: none, loaded: () => loaded };
  await expect(createOperation(operated, () => {})).rejects.toThrow('buckets');
  expect(await written).toBe('');
});
