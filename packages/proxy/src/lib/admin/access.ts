import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { Refusal } from './answer.ts';

/** Who may use the admin API. */
export interface AccessOptions {
  /** What `Authorization: Bearer` must carry; undefined lets every program of this machine in. */
  readonly token: string | undefined;
  /** Names that `Host` may have, besides addresses and `localhost`; in lower case. */
  readonly hosts: ReadonlySet<string>;
}

/** Checks a request before anything of it is looked at. */
export interface Access {
  /**
   * Refuses what comes from a web page of somebody else: a name in `Host` that is not ours is what DNS rebinding leads to, and `Origin`
   * names the page that made a browser ask.
   *
   * @throws Refusal
   */
  checkOrigin(request: IncomingMessage): void;
  /** Whether the request shows that it may see and do everything. */
  allows(request: IncomingMessage): boolean;
}

/** Makes the checks. */
export function access({ token, hosts }: AccessOptions): Access {
  const wanted = token === undefined ? undefined : digest(token);
  return {
    checkOrigin({ headers }) {
      const name = hostname(headers.host);
      if (isIP(name) === 0 && name !== 'localhost' && !hosts.has(name)) {
        throw new Refusal(
          403,
          'forbidden',
          'Host must be an address, localhost, or one of the configured hosts',
        );
      }
      const { origin } = headers;
      if (origin !== undefined && URL.parse(origin)?.host !== headers.host?.toLowerCase()) {
        throw new Refusal(403, 'forbidden', 'pages of another origin may not ask');
      }
    },
    allows({ headers, socket }) {
      if (wanted === undefined) return isLoopback(socket.remoteAddress ?? '');
      const given = /^Bearer +(.+?) *$/i.exec(headers.authorization ?? '')?.[1];
      // Digests are equally long, so neither the length nor the content shows in the time this takes.
      return given !== undefined && timingSafeEqual(digest(given), wanted);
    },
  };
}

/** Whether an address or name is of this machine alone. */
export function isLoopback(host: string): boolean {
  const plain = host.toLowerCase().replace(/^::ffff:/, '');
  return plain === 'localhost' || plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

function hostname(host = ''): string {
  const [, name = ''] = /^(\[[^\]]*\]|[^:]*)(?::\d*)?$/.exec(host.toLowerCase()) ?? [];
  return name.startsWith('[') ? name.slice(1, -1) : name;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
