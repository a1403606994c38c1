import { EventEmitter } from 'node:events';
import type { RedisClient } from '../client.ts';
import { READ, READ_PLAIN } from '../scripts.ts';

/** How a call of the fake ends. */
export type FakeMode = 'works' | 'fails' | 'hangs';

/**
 * A client whose every part fails or hangs as a test says; scripts are not run, READ and READ_PLAIN answer
 * what is set here.
 */
export interface FakeRedis {
  readonly client: RedisClient;
  /** Subscribed or connecting sockets that are not closed. */
  readonly sockets: readonly FakeSocket[];
  readonly calls: { connect: number; subscribe: number; ping: number; read: number };
  readonly modes: { connect: FakeMode; subscribe: FakeMode; ping: FakeMode; read: FakeMode };
  /** What READ answers; an error is thrown. */
  leased: unknown;
  /** What READ_PLAIN answers; an error is thrown. */
  plain: unknown;
  /** Whether Redis knows the scripts by their digests. */
  scriptsLoaded: boolean;
  /** Delivers a message to all subscribers. */
  publish(message: string): void;
}

/** One fake connection. */
export class FakeSocket extends EventEmitter {
  private readonly redis: FakeRedis;
  private readonly open: Set<FakeSocket>;

  constructor(redis: FakeRedis, open: Set<FakeSocket>) {
    super();
    this.redis = redis;
    this.open = open;
  }

  connect(): Promise<unknown> {
    this.open.add(this);
    return this.answer('connect').catch((error) => {
      this.emit('error', error);
      this.disconnect();
      throw new Error('Connection is closed.');
    });
  }

  subscribe(_channel: string): Promise<unknown> {
    return this.answer('subscribe');
  }

  ping(): Promise<unknown> {
    return this.answer('ping');
  }

  disconnect(): void {
    if (this.open.delete(this)) process.nextTick(() => this.emit('end'));
  }

  private answer(call: 'connect' | 'subscribe' | 'ping'): Promise<unknown> {
    this.redis.calls[call]++;
    return ending(this.redis.modes[call], call);
  }
}

/** Makes one that works and has no service. */
export function fakeRedis(): FakeRedis {
  const open = new Set<FakeSocket>();
  const read = async (digest: string): Promise<unknown> => {
    fake.calls.read++;
    await ending(fake.modes.read, 'read');
    const reply = digest === READ.sha ? fake.leased : fake.plain;
    if (reply instanceof Error) throw reply;
    return reply;
  };
  const fake: FakeRedis = {
    get sockets() {
      return [...open];
    },
    calls: { connect: 0, subscribe: 0, ping: 0, read: 0 },
    modes: { connect: 'works', subscribe: 'works', ping: 'works', read: 'works' },
    leased: [],
    plain: ['none', []],
    scriptsLoaded: true,
    publish(message) {
      for (const socket of open) socket.emit('message', 'lb:{s}:ch', message);
    },
    client: {
      async evalsha(sha) {
        if (!fake.scriptsLoaded) throw new Error('NOSCRIPT No matching script. Please use EVAL.');
        return read(sha);
      },
      async eval(lua) {
        fake.scriptsLoaded = true;
        return read(lua === READ.lua ? READ.sha : READ_PLAIN.sha);
      },
      duplicate: () => new FakeSocket(fake, open),
    },
  };
  return fake;
}

async function ending(mode: FakeMode, call: string): Promise<unknown> {
  if (mode === 'fails') throw new Error(`${call} refused`);
  if (mode === 'hangs') await new Promise(() => {});
  return 'OK';
}
