import type { Service, ServiceKind } from './service.ts';

/**
 * The variable that names a server which is running already, such as `EVENKEEL_TEST_REDIS=127.0.0.1:6379`.
 */
export function variableOf(kind: ServiceKind): string {
  return `EVENKEEL_TEST_${kind.toUpperCase()}`;
}

/**
 * The server that the environment names; undefined when it names none.
 *
 * @throws Error when the value is no `host:port`
 */
export function externalService(kind: ServiceKind): Service | undefined {
  const address = process.env[variableOf(kind)];
  if (address === undefined || address === '') return undefined;
  const match = /^\[?([^\]]+?)\]?:(\d+)$/.exec(address);
  if (match === null) throw new Error(`${variableOf(kind)} is "${address}", which is no host:port`);
  const [, host = '', port] = match;
  const refuse = (): never => {
    throw new Error(`the server of ${variableOf(kind)} is not for the tests to stop`);
  };
  return {
    kind,
    address,
    host,
    port: Number(port),
    ports: { main: Number(port) },
    pid: undefined,
    controllable: false,
    stop: async () => {},
    kill: async () => refuse(),
    pause: refuse,
    resume: refuse,
    restart: async () => refuse(),
    [Symbol.asyncDispose]: async () => {},
  };
}
