import { once } from 'node:events';
import { rename, writeFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { expect, it } from 'vitest';
import type { ProxyEvent } from './events/proxy-event.ts';
import type { ReverseProxy } from './proxy.ts';
import { AUTHORITY, CLIENT, FIRST, RENEWED, SECOND, STRANGER } from './testing/certificates.ts';
import { rawUpstream } from './testing/raw-upstream.ts';
import { startProxy } from './testing/start-proxy.ts';
import { tlsFolder } from './testing/tls-folder.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const GET = 'GET / HTTP/1.1\r\nHost: first.test\r\nConnection: close\r\n\r\n';

/** Connects, and tells the name on the certificate. */
async function handshake(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', ca: AUTHORITY, servername: 'first.test', ...options });
  await once(socket, 'secureConnect');
  return socket;
}

async function nameFor(port: number, servername: string): Promise<string> {
  const socket = await handshake(port, { servername, checkServerIdentity: () => undefined });
  const name = socket.getPeerCertificate().subject.CN;
  socket.destroy();
  return `${name}`;
}

async function answer(socket: TLSSocket, request = GET): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(request);
  await closed;
  return text;
}

function nextEvent<T extends ProxyEvent['type']>(
  proxy: ReverseProxy,
  type: T,
): Promise<Extract<ProxyEvent, { type: T }>> {
  return new Promise((resolve) => {
    const subscription = proxy.subscribe((event) => {
      if (event.type !== type) return;
      subscription[Symbol.dispose]();
      resolve(event as Extract<ProxyEvent, { type: T }>);
    });
  });
}

it('speaks HTTP/1.1 over TLS 1.2 and later, and tells the upstream so', async () => {
  await using folder = await tlsFolder();
  await using upstream = await rawUpstream(OK);
  const certificates = [await folder.write('first', FIRST)];
  await using proxy = await startProxy([upstream.port], {}, { tls: { certificates } });
  const socket = await handshake(proxy.port, { ALPNProtocols: ['http/1.1'] });
  expect(socket.alpnProtocol).toBe('http/1.1');
  expect(await answer(socket)).toMatch(/^HTTP\/1.1 200 OK\r\n[\s\S]*\r\n\r\nok$/);
  expect((await upstream.connection(0)).received).toContain('\r\nx-forwarded-proto: https\r\n');
  const old = connect({
    port: proxy.port,
    host: '127.0.0.1',
    maxVersion: 'TLSv1.1',
    minVersion: 'TLSv1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
  const [error] = await once(old, 'error');
  expect(error.code).toMatch(/^ERR_SSL_/);
});

it('takes the certificate for the name that is asked for: exact, wildcard for one label, else the first', async () => {
  await using folder = await tlsFolder();
  const certificates = [await folder.write('first', FIRST), await folder.write('second', SECOND)];
  await using proxy = await startProxy([1], {}, { tls: { certificates } });
  expect(await nameFor(proxy.port, 'first.test')).toBe('first.test');
  expect(await nameFor(proxy.port, 'SECOND.test')).toBe('second.test');
  expect(await nameFor(proxy.port, 'a.wild.test')).toBe('second.test');
  expect(await nameFor(proxy.port, 'a.b.wild.test')).toBe('first.test');
  expect(await nameFor(proxy.port, 'unknown.test')).toBe('first.test');
  for (const odd of ['__proto__', 'constructor', '*.wild.test', 'x'.repeat(255)]) {
    expect(await nameFor(proxy.port, odd)).toMatch(/^(first|second)\.test$/);
  }
  expect(await nameFor(proxy.port, '')).toBe('first.test');
});

it('names can be given in place of those in the certificate', async () => {
  await using folder = await tlsFolder();
  const second = { ...(await folder.write('second', SECOND)), hosts: ['given.test'] };
  const certificates = [await folder.write('first', FIRST), second];
  await using proxy = await startProxy([1], {}, { tls: { certificates } });
  expect(await nameFor(proxy.port, 'given.test')).toBe('second.test');
  expect(await nameFor(proxy.port, 'second.test')).toBe('first.test');
});

it('follows its files: a change in place, and one by rename', async () => {
  await using folder = await tlsFolder();
  const files = await folder.write('first', FIRST);
  await using proxy = await startProxy([1], {}, { tls: { certificates: [files], pollMs: 60_000 } });
  expect(await nameFor(proxy.port, 'first.test')).toBe('first.test');
  const inPlace = nextEvent(proxy.proxy, 'certificatesReloaded');
  await folder.write('first', RENEWED);
  expect((await inPlace).files).toEqual([files.certFile, files.keyFile]);
  expect(await nameFor(proxy.port, 'first.test')).toBe('renewed first.test');
  expect(await nameFor(proxy.port, '')).toBe('renewed first.test');

  const { certFile, keyFile } = await folder.write('new', FIRST);
  const renamed = nextEvent(proxy.proxy, 'certificatesReloaded');
  await rename(certFile, files.certFile);
  await rename(keyFile, files.keyFile);
  await renamed;
  expect(await nameFor(proxy.port, 'first.test')).toBe('first.test');
});

it('keeps what it has when the new files make no sense, and says so', async () => {
  await using folder = await tlsFolder();
  const files = await folder.write('first', FIRST);
  await using proxy = await startProxy([1], {}, { tls: { certificates: [files] } });
  const mismatch = nextEvent(proxy.proxy, 'certificatesRejected');
  await writeFile(files.certFile, SECOND.cert);
  expect(`${(await mismatch).error}`).toContain('tls.certificates[0]');
  expect(await nameFor(proxy.port, 'first.test')).toBe('first.test');
  const mended = nextEvent(proxy.proxy, 'certificatesReloaded');
  await writeFile(files.keyFile, SECOND.key);
  await mended;
  expect(await nameFor(proxy.port, 'first.test')).toBe('second.test');
});

it('asks clients for certificates: required ones must be there and hold', async () => {
  await using folder = await tlsFolder();
  await using upstream = await rawUpstream(OK);
  const tls = { certificates: [await folder.write('first', FIRST)], clientAuth: { caFile: folder.caFile } };
  const options = { clientCertificateHeader: 'X-Client-Subject' };
  await using proxy = await startProxy([upstream.port], options, { tls });
  const forged = GET.replace('\r\n\r\n', '\r\nx-client-subject: CN=root\r\n\r\n');
  expect(await answer(await handshake(proxy.port, CLIENT), forged)).toContain('200 OK');
  const { received } = await upstream.connection(0);
  expect(received).toContain('\r\nx-client-subject: CN=alic\\C3\\A9,O=Acme\\, Inc.\r\n');
  expect(received).not.toContain('root');
  for (const certificate of [{}, STRANGER]) {
    const refused = nextEvent(proxy.proxy, 'connectionRefused');
    // TLS 1.3 lets a client believe that all is well until it reads.
    const socket = connect({
      port: proxy.port,
      host: '127.0.0.1',
      ca: AUTHORITY,
      servername: 'first.test',
      ...certificate,
    });
    expect(await answer(socket)).toBe('');
    expect((await refused).reason).toMatch(/^bad-(tls|client-certificate)$/);
  }
  expect(upstream.connections).toHaveLength(1);
});

it('optional certificates may be missing, but one that is there must hold', async () => {
  await using folder = await tlsFolder();
  await using upstream = await rawUpstream(OK);
  const clientAuth = { caFile: folder.caFile, mode: 'optional' as const };
  const tls = { certificates: [await folder.write('first', FIRST)], clientAuth };
  await using proxy = await startProxy([upstream.port], { clientCertificateHeader: 'x-subject' }, { tls });
  expect(await answer(await handshake(proxy.port))).toContain('200 OK');
  const connection = await upstream.connection(0);
  expect(connection.received).not.toContain('x-subject');
  expect(await answer(await handshake(proxy.port, CLIENT))).toContain('200 OK');
  const refused = nextEvent(proxy.proxy, 'connectionRefused');
  expect(await answer(await handshake(proxy.port, STRANGER))).toBe('');
  expect((await refused).reason).toBe('bad-client-certificate');
});

it('a handshake that fails or stands still costs only its own connection', async () => {
  await using folder = await tlsFolder();
  await using upstream = await rawUpstream(OK);
  const certificates = [await folder.write('first', FIRST)];
  await using proxy = await startProxy([upstream.port], {}, { tls: { certificates } });
  const refused = nextEvent(proxy.proxy, 'connectionRefused');
  const clear = connectTcp(proxy.port, '127.0.0.1');
  clear.on('error', () => {});
  clear.write(GET);
  await new Promise((resolve) => clear.once('close', resolve));
  expect(await refused).toMatchObject({ reason: 'bad-tls', remoteAddress: '127.0.0.1' });
  const silent = connectTcp(proxy.port, '127.0.0.1');
  await once(silent, 'connect');
  expect(await answer(await handshake(proxy.port))).toContain('200 OK');
  const closed = once(silent, 'close');
  await proxy.proxy.close();
  await closed;
});

it('does not listen in clear text where TLS was asked for by another name', async () => {
  await using proxy = await startProxy([1]);
  const where: object = { ssl: { certificates: [] } };
  await expect(proxy.proxy.listen({ port: 0, ...where })).rejects.toThrow(
    'ssl: got an object, expected no such option',
  );
});

it('refuses files that cannot be used before it binds', async () => {
  await using folder = await tlsFolder();
  const { certFile, keyFile } = await folder.write('first', FIRST);
  const client = await folder.write('client', CLIENT);
  await using proxy = await startProxy([1]);
  const listen = (tls: object) => proxy.proxy.listen({ port: 0, tls: tls as never });
  await expect(listen({ certificates: [] })).rejects.toThrow(
    'tls.certificates: got an array, expected a list of certificates, at least one',
  );
  await expect(listen({ certificates: [{ certFile, keyFile: '/none' }] })).rejects.toThrow(
    'tls.certificates[0].keyFile: got "/none", expected a file that can be read (ENOENT)',
  );
  await expect(listen({ certificates: [{ certFile, keyFile: certFile }] })).rejects.toThrow(
    /certificates\[0\]/,
  );
  await expect(listen({ certificates: [{ certFile, keyFile }, client] })).rejects.toThrow(
    /certificates\[1\].certFile: .*DNS names/,
  );
  await expect(
    listen({ certificates: [{ certFile, keyFile }], clientAuth: { caFile: keyFile } }),
  ).rejects.toThrow(/clientAuth\.caFile/);
  await expect(listen({ certificates: [{ certFile, keyFile, hosts: ['*'] }] })).rejects.toThrow(/hosts/);
  await expect(listen({ certificates: [{ certFile, keyFile }], minVersion: 'TLSv1' })).rejects.toThrow(
    /minVersion/,
  );
});
