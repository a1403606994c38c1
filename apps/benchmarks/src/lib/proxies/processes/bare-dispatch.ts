// The least that can be done with node:http on one side and undici on the other: no rule of HTTP is kept, no error is answered.
import type { ServerResponse } from 'node:http';
import { type Dispatcher, Pool } from 'undici';
import { listen } from './listen.ts';
import { serveProxy } from './serve-proxy.ts';

serveProxy((address) => {
  const pool = new Pool(`http://${address}`);
  return listen(({ url = '/', method = 'GET', rawHeaders }, response) => {
    pool.dispatch({ path: url, method: method as 'GET', headers: rawHeaders }, relay(response));
  });
});

function relay(response: ServerResponse): Dispatcher.DispatchHandler {
  return {
    onRequestStart() {},
    onResponseStart(controller, status) {
      const headers = (controller.rawHeaders as readonly Buffer[]).map((part) => part.toString('latin1'));
      response.writeHead(status, headers);
    },
    onResponseData: (_controller, chunk) => void response.write(chunk),
    onResponseEnd: () => void response.end(),
    onResponseError: () => void response.destroy(),
  };
}
