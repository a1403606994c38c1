// @fastify/http-proxy as its README sets it up.
import type { AddressInfo } from 'node:net';
import httpProxy from '@fastify/http-proxy';
import fastify from 'fastify';
import { serveProxy } from './serve-proxy.ts';

serveProxy(async (address) => {
  const server = fastify({ keepAliveTimeout: 600_000 });
  await server.register(httpProxy, { upstream: `http://${address}` });
  await server.listen({ port: 0, host: '127.0.0.1' });
  return (server.server.address() as AddressInfo).port;
});
