import { systemClock } from '@evenkeel/core';
import { parseServers } from '../session/server-address.ts';
import { openSession } from '../session/session.ts';
import { OPEN_ACL } from '../wire/acl.ts';
import { create, getChildren, getData, remove, setData, stat } from '../wire/request.ts';
import type { Stat } from '../wire/stat.ts';
import { hasReason } from '../zookeeper-error.ts';

/** Hands on the tree of a real server, in a session of their own. */
export interface Tree extends AsyncDisposable {
  /** Creates a node that stays, with the nodes above it. */
  put(path: string, data?: string): Promise<void>;
  change(path: string, data: string): Promise<void>;
  /** Undefined when there is no such node. */
  stat(path: string): Promise<Stat | undefined>;
  data(path: string): Promise<string>;
  /** The names below a node; none when it is not there. */
  names(path: string): Promise<readonly string[]>;
  /** Deletes a node with all below it, if it is there. */
  clear(path: string): Promise<void>;
}

/** Opens a session, as a user if one is named. */
export async function openTree(address: string, auth?: string): Promise<Tree> {
  const [server] = parseServers([address]);
  if (server === undefined) throw new Error('no server');
  const session = await openSession(server, {
    clock: systemClock,
    timeoutMs: 5_000,
    sessionMs: 30_000,
    auth,
    signal: new AbortController().signal,
    onLost: () => {},
  });
  const ignore = (reason: 'noNode' | 'nodeExists') => (error: unknown) => {
    if (!hasReason(error, reason)) throw error;
    return undefined;
  };
  const make = (path: string, data: string): Promise<void> =>
    session.call(create(path, { data: Buffer.from(data), acl: OPEN_ACL, ephemeral: false }));
  const tree: Tree = {
    async put(path, data = '') {
      const names = path.slice(1).split('/');
      for (let depth = 1; depth < names.length; depth++) {
        await make(`/${names.slice(0, depth).join('/')}`, '').catch(ignore('nodeExists'));
      }
      await make(path, data);
    },
    async change(path, data) {
      await session.call(setData(path, Buffer.from(data), -1));
    },
    stat: (path) => session.call(stat(path)).catch(ignore('noNode')),
    data: async (path) => String(await session.call(getData(path))),
    names: async (path) => (await session.call(getChildren(path)).catch(ignore('noNode'))) ?? [],
    async clear(path) {
      for (const name of await tree.names(path)) await tree.clear(`${path}/${name}`);
      await session.call(remove(path, -1)).catch(ignore('noNode'));
    },
    [Symbol.asyncDispose]: () => session.close(),
  };
  return tree;
}
