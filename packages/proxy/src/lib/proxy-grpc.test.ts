import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Client,
  credentials,
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceError,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { AUTHORITY, FIRST } from './testing/certificates.ts';
import { startProxy } from './testing/start-proxy.ts';
import { tlsFolder } from './testing/tls-folder.ts';

type Method = MethodDefinition<string, string>;

const text = {
  requestSerialize: (value: string) => Buffer.from(value),
  requestDeserialize: (bytes: Buffer) => bytes.toString(),
  responseSerialize: (value: string) => Buffer.from(value),
  responseDeserialize: (bytes: Buffer) => bytes.toString(),
};
const method = (name: string, requestStream: boolean, responseStream: boolean): Method => ({
  path: `/echo.Echo/${name}`,
  requestStream,
  responseStream,
  ...text,
});
const METHODS = {
  unary: method('Unary', false, false),
  down: method('Down', false, true),
  up: method('Up', true, false),
  both: method('Both', true, true),
  hang: method('Hang', false, false),
};

/** A real server of gRPC, and what became of its calls. */
async function grpcServer(serverCredentials = ServerCredentials.createInsecure()) {
  const server = new Server();
  const cancelled: string[] = [];
  let calls = 0;
  server.addService(METHODS, {
    unary(call: ServerUnaryCall<string, string>, callback: sendUnaryData<string>) {
      calls += 1;
      const trailers = new Metadata();
      trailers.set('x-trailer', 'last');
      if (call.request === 'fail') {
        callback({
          code: status.FAILED_PRECONDITION,
          details: 'not today',
          metadata: trailers,
        } as ServiceError);
        return;
      }
      const headers = new Metadata();
      headers.set('x-header', String(call.metadata.get('x-sent')[0]));
      call.sendMetadata(headers);
      callback(null, `echo ${call.request}`, trailers);
    },
    down(call: ServerWritableStream<string, string>) {
      for (const word of ['a', 'b', 'c']) call.write(`${call.request} ${word}`);
      call.end();
    },
    up(call: ServerReadableStream<string, string>, callback: sendUnaryData<string>) {
      const words: string[] = [];
      call.on('data', (word) => words.push(word));
      call.on('end', () => callback(null, words.join('+')));
    },
    both(call: ServerDuplexStream<string, string>) {
      call.on('data', (word) => call.write(`echo ${word}`));
      call.on('end', () => call.end());
    },
    hang(call: ServerUnaryCall<string, string>) {
      calls += 1;
      call.on('cancelled', () => cancelled.push(call.request));
    },
  } as never);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', serverCredentials, (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    port,
    cancelled,
    get calls() {
      return calls;
    },
    server,
    [Symbol.asyncDispose]: async () => server.forceShutdown(),
  };
}

type Answer = { readonly error: ServiceError | null; readonly value: string | undefined };

function unary(client: Client, which: Method, message: string, deadline?: Date): Promise<Answer> {
  const { path, requestSerialize, responseDeserialize } = which;
  return new Promise((resolve) => {
    const done = (error: ServiceError | null, value?: string): void => resolve({ error, value });
    client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      message,
      new Metadata(),
      deadline === undefined ? {} : { deadline },
      done,
    );
  });
}

/** A client of gRPC, closed at the end of its scope. */
function grpcClient(port: number, channel = credentials.createInsecure(), options = {}) {
  const client = new Client(`127.0.0.1:${port}`, channel, options);
  return Object.assign(client, { [Symbol.dispose]: () => client.close() });
}

const H2C = { protocols: ['h2c'] as const };
const TO_H2C = { protocol: 'h2c' as const };

it('unary calls, with metadata both ways', async () => {
  await using upstream = await grpcServer();
  await using proxy = await startProxy([upstream.port], {}, H2C, TO_H2C);
  using client = grpcClient(proxy.port);
  const sent = new Metadata();
  sent.set('x-sent', 'along');
  const { path, requestSerialize, responseDeserialize } = METHODS.unary;
  const answer = Promise.withResolvers<unknown>();
  const call = client.makeUnaryRequest(
    path,
    requestSerialize,
    responseDeserialize,
    'hi',
    sent,
    (error, value) => (error === null ? answer.resolve(value) : answer.reject(error)),
  );
  const [[headers], [end], value] = await Promise.all([
    once(call, 'metadata'),
    once(call, 'status'),
    answer.promise,
  ]);
  expect(value).toBe('echo hi');
  expect((headers as Metadata).get('x-header')).toEqual(['along']);
  expect(end).toMatchObject({ code: status.OK });
  expect((end.metadata as Metadata).get('x-trailer')).toEqual(['last']);
  expect(await proxy.event(0)).toMatchObject({
    method: 'POST',
    target: path,
    status: 200,
    reason: undefined,
  });
});

it('streams of the server, of the client, and of both at the same time', async () => {
  await using upstream = await grpcServer();
  await using proxy = await startProxy([upstream.port], {}, H2C, TO_H2C);
  using client = grpcClient(proxy.port);
  const down = client.makeServerStreamRequest(
    METHODS.down.path,
    text.requestSerialize,
    text.responseDeserialize,
    'x',
  );
  const words: unknown[] = [];
  for await (const word of down) words.push(word);
  expect(words).toEqual(['x a', 'x b', 'x c']);

  const summed = Promise.withResolvers<unknown>();
  const up = client.makeClientStreamRequest(
    METHODS.up.path,
    text.requestSerialize,
    text.responseDeserialize,
    (error, value) => (error === null ? summed.resolve(value) : summed.reject(error)),
  );
  for (const word of ['a', 'b', 'c']) up.write(word);
  up.end();
  expect(await summed.promise).toBe('a+b+c');

  const both = client.makeBidiStreamRequest(
    METHODS.both.path,
    text.requestSerialize,
    text.responseDeserialize,
  );
  for (const word of ['a', 'b', 'c']) {
    both.write(word);
    // Each answer is here before the next message is sent.
    expect(await once(both, 'data')).toEqual([`echo ${word}`]);
  }
  const over = once(both, 'end');
  both.end();
  both.resume();
  await over;
});

it('an error in trailers, and one in "Trailers-Only"', async () => {
  await using upstream = await grpcServer();
  await using proxy = await startProxy([upstream.port], {}, H2C, TO_H2C);
  using client = grpcClient(proxy.port);
  const { error } = await unary(client, METHODS.unary, 'fail');
  expect(error).toMatchObject({ code: status.FAILED_PRECONDITION, details: 'not today' });
  expect(error?.metadata.get('x-trailer')).toEqual(['last']);
  const unknown = await unary(client, method('Unknown', false, false), 'x');
  expect(unknown.error).toMatchObject({ code: status.UNIMPLEMENTED });
  expect(await proxy.event(1)).toMatchObject({ status: 200, reason: undefined });
});

it('a deadline that passes, and a call that is cancelled, are cancelled upstream', async () => {
  await using upstream = await grpcServer();
  await using proxy = await startProxy([upstream.port], {}, H2C, TO_H2C);
  using client = grpcClient(proxy.port);
  const { error } = await unary(client, METHODS.hang, 'late', new Date(Date.now() + 200));
  expect(error).toMatchObject({ code: status.DEADLINE_EXCEEDED });
  while (upstream.cancelled.length === 0) await sleep(1);
  expect(upstream.cancelled).toEqual(['late']);
  const call = client.makeUnaryRequest(
    METHODS.hang.path,
    text.requestSerialize,
    text.responseDeserialize,
    'given up',
    () => {},
  );
  while (upstream.calls < 2) await sleep(1);
  call.cancel();
  while (upstream.cancelled.length === 1) await sleep(1);
  expect(upstream.cancelled[1]).toBe('given up');
});

it('goes over TLS on both sides', async () => {
  await using folder = await tlsFolder();
  const pair = { cert_chain: Buffer.from(FIRST.cert), private_key: Buffer.from(FIRST.key) };
  await using upstream = await grpcServer(ServerCredentials.createSsl(null, [pair]));
  const tls = { certificates: [await folder.write('first', FIRST)] };
  const route = { protocol: 'h2' as const, servername: 'first.test', tls: { caFile: folder.caFile } };
  await using proxy = await startProxy([upstream.port], {}, { tls }, route);
  const options = { 'grpc.ssl_target_name_override': 'first.test' };
  using client = grpcClient(proxy.port, credentials.createSsl(Buffer.from(AUTHORITY)), options);
  expect(await unary(client, METHODS.unary, 'hi')).toEqual({ error: null, value: 'echo hi' });
});

it('an endpoint that is not there is UNAVAILABLE, and the next one is asked', async () => {
  await using upstream = await grpcServer();
  await using proxy = await startProxy([1, upstream.port], { client: {} }, H2C, TO_H2C);
  using client = grpcClient(proxy.port);
  expect((await unary(client, METHODS.unary, 'hi')).value).toBe('echo hi');
  await using lost = await startProxy([1], {}, H2C, TO_H2C);
  using other = grpcClient(lost.port);
  expect((await unary(other, METHODS.unary, 'hi')).error).toMatchObject({ code: status.UNAVAILABLE });
});

it('calls go on while endpoints are shut down one after the other', async () => {
  await using one = await grpcServer();
  await using two = await grpcServer();
  await using proxy = await startProxy([one.port, two.port], { client: {} }, H2C, TO_H2C);
  using client = grpcClient(proxy.port);
  let running = true;
  const answers: Answer[] = [];
  const load = Promise.all(
    Array.from({ length: 8 }, async () => {
      while (running) answers.push(await unary(client, METHODS.unary, 'hi'));
    }),
  );
  while (one.calls < 50) await sleep(1);
  const stopped = new Promise<void>((resolve) => one.server.tryShutdown(() => resolve()));
  while (two.calls < 50) await sleep(1);
  running = false;
  await load;
  await stopped;
  expect(answers.filter(({ error }) => error !== null)).toEqual([]);
});
