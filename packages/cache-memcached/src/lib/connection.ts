import { connect, type Socket } from 'node:net';
import type { Clock } from '@evenkeel/core';
import { type Reply, ReplyParser } from './reply-parser.ts';

/** How a connection is made and kept. */
export interface ConnectionOptions {
  readonly host: string;
  readonly port: number;
  readonly connectTimeoutMs: number;
  /** Without a byte for so long although an answer is due, it is opened anew, in ms. */
  readonly silentMs: number;
  readonly maxValueBytes: number;
  readonly clock: Clock;
}

interface Waiting {
  readonly opaque: string;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

const RETRY_MIN_MS = 50;
const RETRY_SPREAD_MS = 450;

/** One connection to one server. Answers come in the order of the requests; it opens with the first one, and again after a failure. */
export class Connection {
  private readonly options: ConnectionOptions;
  private socket: Socket | undefined;
  private waiting: Waiting[] = [];
  private requests = 0;
  private retryAt = 0;
  private heardAt = 0;
  private heardBytes = 0;
  private watch: Disposable | undefined;
  private closed = false;

  constructor(options: ConnectionOptions) {
    this.options = options;
  }

  /**
   * Sends a request.
   *
   * @param line the request without its end; a flag that marks the answer is added
   * @throws Error when the server cannot be reached, answers nonsense, or could not do it
   */
  send(line: string, data?: Buffer): Promise<Reply> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const socket = this.socket ?? this.open();
    if (socket === undefined) {
      reject(new Error(`${this.name} is not connected`));
      return promise;
    }
    const opaque = `O${this.requests++ % 1_000_000}`;
    if (this.waiting.length === 0) this.heardAt = this.options.clock.now();
    this.waiting.push({ opaque, resolve, reject });
    this.watch ??= this.watchSilence();
    socket.cork();
    socket.write(`${line} ${opaque}\r\n`);
    if (data !== undefined) {
      socket.write(data);
      socket.write('\r\n');
    }
    process.nextTick(() => socket.uncork());
    return promise;
  }

  /** Changes as long as bytes go in either direction. */
  get moved(): number {
    const { socket } = this;
    return this.heardBytes + (socket === undefined ? 0 : socket.bytesWritten - socket.writableLength);
  }

  close(): void {
    this.closed = true;
    this.fail(new Error(`the connection to ${this.name} was closed`));
  }

  private get name(): string {
    return `memcached ${this.options.host}:${this.options.port}`;
  }

  private open(): Socket | undefined {
    const { host, port, connectTimeoutMs, maxValueBytes, clock } = this.options;
    if (this.closed || clock.now() < this.retryAt) return undefined;
    const socket = connect({ host, port, noDelay: true });
    const fail = (error: Error): void => {
      if (this.socket === socket) this.fail(error);
    };
    const limit = clock.setTimer(
      () => fail(new Error(`${this.name} did not connect in time`)),
      connectTimeoutMs,
    );
    const parser = new ReplyParser(maxValueBytes, (reply) => this.answer(reply));
    socket.on('connect', () => limit[Symbol.dispose]());
    socket.on('data', (chunk: Buffer) => {
      this.heardAt = clock.now();
      this.heardBytes += chunk.length;
      try {
        parser.push(chunk);
      } catch (error) {
        fail(new Error(`${this.name} sent ${(error as Error).message}`));
      }
    });
    socket.on('error', fail);
    socket.on('close', () => {
      limit[Symbol.dispose]();
      fail(new Error(`${this.name} closed the connection`));
    });
    // A cache alone does not keep a process alive.
    socket.unref();
    this.socket = socket;
    return socket;
  }

  private answer(reply: Reply): void {
    const waiting = this.waiting.shift();
    if (waiting === undefined) throw new Error('an answer that nobody asked for');
    if (this.waiting.length === 0) {
      this.watch?.[Symbol.dispose]();
      this.watch = undefined;
    }
    const opaque = reply.flags.find((flag) => flag.startsWith('O'));
    if (reply.code.endsWith('ERROR')) {
      waiting.reject(new Error(`${this.name}: ${reply.code} ${reply.flags.join(' ')}`));
      // What follows a refused request may be its data, read as requests.
      if (reply.code !== 'SERVER_ERROR') throw new Error(`${reply.code} ${reply.flags.join(' ')}`);
    } else if (reply.code !== 'EN' && opaque !== waiting.opaque) {
      const error = new Error(`the answer to another request: ${opaque} instead of ${waiting.opaque}`);
      waiting.reject(error);
      throw error;
    } else {
      waiting.resolve(reply);
    }
  }

  private fail(error: Error): void {
    const { socket, waiting } = this;
    this.socket = undefined;
    this.waiting = [];
    this.watch?.[Symbol.dispose]();
    this.watch = undefined;
    this.retryAt = this.options.clock.now() + RETRY_MIN_MS + Math.random() * RETRY_SPREAD_MS;
    socket?.destroy();
    for (const { reject } of waiting) reject(error);
  }

  private watchSilence(): Disposable {
    const { clock, silentMs } = this.options;
    return clock.setTimer(() => {
      this.watch = undefined;
      const silence = clock.now() - this.heardAt;
      if (silence >= silentMs) this.fail(new Error(`${this.name} was silent for ${Math.round(silence)} ms`));
      else if (this.waiting.length > 0) this.watch = this.watchSilence();
    }, silentMs);
  }
}
