import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { Agent, request } from 'undici';
import { expect, it, vi } from 'vitest';
import { check } from './lib/commands/check.ts';
import { AUTHORITY } from './lib/testing/certificates.ts';
import { runCli } from './lib/testing/run-cli.ts';
import { tlsFolder } from './lib/testing/tls-folder.ts';

const CONFIG = `
listeners: [{ port: 0, host: 127.0.0.1, tls: { certificates: [{ certFile: first.pem, keyFile: first.key }] } }]
clusters: { api: { discovery: { static: ["127.0.0.1:1"] } } }
routes: [{ cluster: api }]
`;

it('serves TLS with files beside its configuration, and follows them', async () => {
  await using folder = await tlsFolder();
  await folder.configure(CONFIG);
  await using cli = runCli('run', '--config', folder.file);
  const [, port = ''] = await cli.printed(/^listening on https:\/\/127\.0\.0\.1:(\d+)$/m);
  const agent = new Agent({ connect: { ca: AUTHORITY, servername: 'first.test' } });
  const { statusCode } = await request(`https://127.0.0.1:${port}/`, { dispatcher: agent });
  expect(statusCode).toBe(502);
  await agent.close();
  await copyFile(join(folder.path, 'second.pem'), join(folder.path, 'first.pem'));
  await copyFile(join(folder.path, 'second.key'), join(folder.path, 'first.key'));
  await vi.waitUntil(() => cli.stderr.includes('certificates: read again ('), { timeout: 10_000 });
  expect(await nameOf(Number(port))).toBe('second.test');
});

it('names the file that is missing', async () => {
  await using folder = await tlsFolder();
  await folder.configure(CONFIG.replace('first.key', 'none.key'));
  await expect(check(folder.file)).rejects.toThrow(
    /listeners\[0\]\.tls\.certificates\[0\]\.keyFile: .*none\.key/,
  );
});

function nameOf(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      resolve(`${socket.getPeerCertificate().subject.CN}`);
      socket.destroy();
    });
  });
}
