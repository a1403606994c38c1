import { type buildConnector, Client, type Dispatcher, Pool } from 'undici';

/** What a reset is called while undici looks at it. */
const RENAMED = 'ERR_EVENKEEL_RESET';
const RESET = 'ECONNRESET';

/**
 * Makes undici's connections to an origin such that a reset is never the end of a response. undici takes it for one when
 * the response says neither its length nor that the connection stays open, as such a response ends with the connection;
 * then what was cut off would look whole (RFC 9112 §8). It goes by the code of the error, which is hidden from it.
 */
export function resetsAreErrors(origin: string | URL, options: object): Dispatcher {
  return new Pool(origin, {
    ...options,
    factory: (own, { connect, ...rest }: Client.Options) =>
      new Client(
        own,
        typeof connect === 'function' ? { ...rest, connect: withHiddenResets(connect) } : { ...rest },
      ),
  });
}

function withHiddenResets(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) =>
    connect(options, (...result) => {
      const [error, socket] = result;
      if (error === null) socket.on('error', hide);
      // undici adds its listeners here, between the two.
      callback(...result);
      if (error === null) socket.on('error', show);
    });
}

function hide(error: NodeJS.ErrnoException): void {
  if (error.code === RESET) error.code = RENAMED;
}

function show(error: NodeJS.ErrnoException): void {
  if (error.code === RENAMED) error.code = RESET;
}
