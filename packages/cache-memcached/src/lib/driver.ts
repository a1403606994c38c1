import { abortable, type CallOptions, type KeyValueStore, type WriteOptions } from '@evenkeel/cache';
import { cut, IN_PARTS, partsOf } from './chunks.ts';
import type { Connection } from './connection.ts';
import { driverSettings, type MemcachedCacheDriverOptions } from './driver-options.ts';
import { ServerPool } from './server-pool.ts';

/** Longer times than this are read as a date by the server, in seconds. */
const MAX_RELATIVE_SECONDS = 30 * 86_400;

/**
 * Keeps responses of a shared cache in one or several Memcached servers (1.6 and later, meta protocol). Connects with the first
 * call. Memcached has no messages: instances see each other's purges after `blindTrustMs` of the cache store.
 *
 * @throws InvalidOptionsError when an option is wrong
 */
export function memcachedCacheDriver(options: MemcachedCacheDriverOptions): KeyValueStore {
  const settings = driverSettings(options);
  const { itemBytes, maxValueBytes } = settings;
  const pool = new ServerPool(settings);

  const read = async (key: string, connection: Connection): Promise<Buffer | undefined> => {
    const { value, flags } = await connection.send(`mg ${key} v f`);
    if (value === undefined || !flags.includes(IN_PARTS)) return value;
    const named = partsOf(key, value);
    if (named === undefined) return undefined;
    // The parts lie on the server of their key: one that is lost takes the whole value along.
    const parts = await Promise.all(named.keys.map((part) => connection.send(`mg ${part} v`)));
    const found = parts.flatMap((part) => part.value ?? []);
    const whole = Buffer.concat(found);
    return found.length === named.keys.length && whole.length === named.bytes ? whole : undefined;
  };
  const write = async (
    key: string,
    value: Buffer,
    ttlMs: number,
    mode: 'S' | 'E',
    connection: Connection,
  ): Promise<boolean> => {
    const time = `T${seconds(ttlMs)}`;
    const store = async (name: string, bytes: Buffer, flags: string): Promise<boolean> => {
      const { code } = await connection.send(`ms ${name} ${bytes.length} ${time} ${flags}`, bytes);
      return code === 'HD';
    };
    if (value.length <= itemBytes) return store(key, value, `F0 M${mode}`);
    const { manifest, parts } = cut(key, value, itemBytes);
    const stored = await Promise.all(parts.map((part) => store(part.key, part.bytes, 'F0')));
    return stored.every(Boolean) && store(key, manifest, `F1 M${mode}`);
  };
  const call = async <T>({ signal }: CallOptions, work: () => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    return abortable(work(), signal);
  };
  const put = (key: string, value: Buffer, how: WriteOptions, mode: 'S' | 'E'): Promise<boolean> =>
    call(how, async () => {
      if (value.length > maxValueBytes)
        throw new Error(`a value of ${value.length} bytes, more than maxValueBytes`);
      const work = (connection: Connection) => write(key, value, how.ttlMs, mode, connection);
      return how.everywhere === true ? pool.everywhere(key, work) : pool.at(key, work);
    });

  return {
    name: 'memcached',
    maxValueBytes,
    getMany: (keys, how) =>
      call(how, () => Promise.all(keys.map((key) => pool.at(key, (connection) => read(key, connection))))),
    async set(key, value, how) {
      await put(key, value, how, 'S');
    },
    add: (key, value, how) => put(key, value, how, 'E'),
    delete: (key, how) =>
      call(how, () => pool.at(key, async (connection) => void (await connection.send(`md ${key}`)))),
    async close() {
      pool.close();
    },
  };
}

/** The server counts whole seconds, and 0 is for ever. */
function seconds(ttlMs: number): number {
  const whole = Math.max(1, Math.ceil(ttlMs / 1_000));
  return whole > MAX_RELATIVE_SECONDS ? Math.floor(Date.now() / 1_000) + whole : whole;
}
