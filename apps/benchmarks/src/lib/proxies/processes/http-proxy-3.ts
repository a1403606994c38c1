// http-proxy-3 with an agent that keeps connections: without one it makes a connection for each request.
import { Agent } from 'node:http';
import { createProxyServer } from 'http-proxy-3';
import { listen } from './listen.ts';
import { serveProxy } from './serve-proxy.ts';

serveProxy((address) => {
  const proxy = createProxyServer({ target: `http://${address}`, agent: new Agent({ keepAlive: true }) });
  return listen((request, response) => proxy.web(request, response));
});
