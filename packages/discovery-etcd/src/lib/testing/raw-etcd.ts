/** A second way to the gateway, by fetch, so that tests do not prepare etcd with what they test. */
export interface RawEtcd {
  post(path: string, body: object): Promise<Record<string, unknown>>;
  put(key: string, value: string, lease?: string): Promise<void>;
  /** Deletes all keys that begin like this. */
  remove(prefix: string): Promise<void>;
  /** The keys that begin like this, with their values. */
  list(prefix: string): Promise<Record<string, string>>;
  revision(): Promise<string>;
}

/** The text as etcd wants it. */
export const b64 = (text: string): string => Buffer.from(text).toString('base64');

const all = (prefix: string): object => ({
  key: b64(prefix || '\0'),
  range_end:
    prefix === ''
      ? b64('\0')
      : b64(prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)),
});

/** Makes one; with a token where etcd asks for it. */
export function rawEtcd(origin: string, token?: string): RawEtcd {
  const post: RawEtcd['post'] = async (path, body) => {
    const response = await fetch(`${origin}/v3/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: token === undefined ? {} : { authorization: token },
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${text}`);
    return JSON.parse(text);
  };
  return {
    post,
    async put(key, value, lease) {
      await post('kv/put', { key: b64(key), value: b64(value), ...(lease === undefined ? {} : { lease }) });
    },
    async remove(prefix) {
      await post('kv/deleterange', all(prefix));
    },
    async list(prefix) {
      const { kvs = [] } = (await post('kv/range', all(prefix))) as {
        kvs?: { key: string; value?: string }[];
      };
      const text = (base64: string): string => Buffer.from(base64, 'base64').toString();
      return Object.fromEntries(kvs.map(({ key, value = '' }) => [text(key), text(value)]));
    },
    async revision() {
      const { header } = (await post('kv/range', { key: b64('x') })) as { header: { revision: string } };
      return header.revision;
    },
  };
}
