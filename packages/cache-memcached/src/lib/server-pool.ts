import type { Connection } from './connection.ts';
import type { DriverSettings } from './driver-options.ts';
import { rendezvous } from './rendezvous.ts';
import { Server } from './server.ts';

/** All servers: each key has one, and while that is down the next one in the order of its scores. */
export class ServerPool {
  private readonly servers: readonly Server[];
  private readonly choose: ReturnType<typeof rendezvous>;

  constructor(settings: DriverSettings) {
    const { servers, answerMs } = settings;
    // The only one has nobody to stand in for it.
    const limit = servers.length === 1 ? undefined : answerMs;
    this.servers = servers.map(({ host, port }) => new Server({ ...settings, host, port, answerMs: limit }));
    this.choose = rendezvous(servers.map(({ name }) => name));
  }

  /**
   * Makes a call at the server of a key.
   *
   * @param work may be called again, for another server, when one fails
   * @throws Error when no server could do it
   */
  async at<T>(key: string, work: (connection: Connection) => Promise<T>): Promise<T> {
    const [only] = this.servers;
    if (this.servers.length === 1 && only !== undefined) return work(only.connection);
    return (await this.atFirst(key, work)).result;
  }

  /** The same, and deletes the key at all other servers: now, or before they are used again. */
  async everywhere<T>(key: string, work: (connection: Connection) => Promise<T>): Promise<T> {
    if (this.servers.length === 1) return this.at(key, work);
    const { result, server } = await this.atFirst(key, work);
    const others = this.servers.filter((other) => other !== server);
    await Promise.all(others.map((other) => other.forget(key)));
    return result;
  }

  close(): void {
    for (const server of this.servers) server.close();
  }

  private async atFirst<T>(
    key: string,
    work: (connection: Connection) => Promise<T>,
  ): Promise<{ readonly result: T; readonly server: Server }> {
    const tried = new Set<number>();
    let failure: unknown = new Error('no memcached server answers');
    for (;;) {
      const index = this.choose(key, (one) => this.servers[one]?.up === true && !tried.has(one));
      const server = this.servers[index];
      if (server === undefined) throw failure;
      tried.add(index);
      try {
        return { result: await server.call(work), server };
      } catch (error) {
        failure = error;
      }
    }
  }
}
