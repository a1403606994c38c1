// fast-proxy with undici, which its README calls the faster way.
import fastProxy from 'fast-proxy';
import { listen } from './listen.ts';
import { serveProxy } from './serve-proxy.ts';

serveProxy((address) => {
  const { proxy } = fastProxy({ base: `http://${address}`, undici: true });
  return listen((request, response) => proxy(request, response, request.url ?? '/', {}));
});
