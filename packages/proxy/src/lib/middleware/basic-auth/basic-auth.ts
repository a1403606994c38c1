import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  type Clock,
  checkKeys,
  InvalidOptionsError,
  type KnownKeys,
  numberOption,
  systemClock,
} from '@evenkeel/core';
import type { Failure } from '../../errors/reason.ts';
import { writtenField } from '../../headers/written-field.ts';
import type { Middleware } from '../middleware.ts';
import { reloadingFile } from '../reloading-file.ts';
import { verifyPassword } from './password-hash.ts';
import { parseHtpasswd, type Users, usersOf } from './users.ts';
import { workQueue } from './work-queue.ts';

/** Options of {@link basicAuth}. Exactly one of `users` and `file` is given. */
export interface BasicAuthOptions {
  /** The hash of each user's password, by name: of bcrypt, which needs the package `bcrypt`, or of `hashPassword`. */
  readonly users?: Readonly<Record<string, string>>;
  /** A file as `htpasswd -B` writes it; read again when it changes. */
  readonly file?: string;
  /** What browsers show. @default 'restricted' */
  readonly realm?: string;
  /**
   * A request field that tells the upstream the name; the client's own is removed. None that frames or routes the message
   * or tells of hops. @default none
   */
  readonly userHeader?: string;
  /** Whether `Authorization` goes upstream. Without it a cache below shares what it keeps among all users. @default true */
  readonly forward?: boolean;
  /** Passwords that may wait to be verified; further requests are answered 503. @default 100 */
  readonly maxWaiting?: number;
  /** How often the file is looked at, at most, in ms. @default 1_000 */
  readonly reloadMs?: number;
  /** Hears why a changed file was not taken. @default nobody */
  readonly onError?: (error: unknown) => void;
  /** @default systemClock */
  readonly clock?: Clock;
}

const KEYS: KnownKeys<BasicAuthOptions> = {
  users: true,
  file: true,
  realm: true,
  userHeader: true,
  forward: true,
  maxWaiting: true,
  reloadMs: true,
  onError: true,
  clock: true,
};

/** Hashes are slow by design; two at a time leave threads for everybody else. */
const AT_ONCE = 2;
const BUSY: Failure = {
  status: 503,
  reason: 'auth-overloaded',
  message: 'Too many passwords wait to be verified.',
  retryAfter: 1,
};

/**
 * Middleware that asks for name and password (RFC 7617). Passwords are verified off the event loop; one that was right is known again at
 * once. Who has no such name waits as long as who has the wrong password.
 *
 * @throws InvalidOptionsError for a user or file that is none
 */
export function basicAuth(options: BasicAuthOptions): Middleware {
  checkKeys('', options, KEYS);
  const { realm = 'restricted', userHeader, forward = true } = options;
  if (typeof realm !== 'string' || !/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/.test(realm)) {
    throw new InvalidOptionsError('realm', realm, 'a text without quotes and backslashes');
  }
  if (typeof forward !== 'boolean') throw new InvalidOptionsError('forward', forward, 'true or false');
  if (userHeader !== undefined) writtenField('userHeader', userHeader);
  const maxWaiting = numberOption('maxWaiting', options.maxWaiting, 100, { integer: true });
  const currentUsers = usersSource(options);
  const queue = workQueue(AT_ONCE, maxWaiting);
  const seen = new SeenPasswords();
  const refused: Failure = {
    status: 401,
    reason: 'unauthorized',
    message: 'A name and a password are needed.',
    headers: ['www-authenticate', `Basic realm="${realm}", charset="UTF-8"`],
  };

  /** Undefined when there is too much to do. */
  const isRight = (users: Users, name: string, password: string): Promise<boolean> | boolean | undefined => {
    const hash = users.get(name);
    if (hash !== undefined && seen.has(name, hash, password)) return true;
    const [any] = users.values();
    const work = hash ?? any;
    if (work === undefined) return false;
    return queue.run(async () => {
      const right = (await verifyPassword(password, work)) && hash !== undefined;
      if (right) seen.add(name, hash, password);
      return right;
    });
  };

  return async (request, next) => {
    const { headers } = request;
    if (userHeader !== undefined) headers.delete(userHeader);
    const credentials = parseCredentials(headers.get('authorization'));
    if (credentials === undefined) {
      request.fail(refused);
      return;
    }
    const [name, password] = credentials;
    const right = await isRight(await currentUsers(), name, password);
    if (right !== true) {
      request.fail(right === false ? refused : BUSY);
      return;
    }
    if (!forward) headers.delete('authorization');
    if (userHeader !== undefined) headers.set(userHeader, Buffer.from(name).toString('latin1'));
    next();
  };
}

function usersSource({
  users,
  file,
  reloadMs,
  clock = systemClock,
  onError = () => {},
}: BasicAuthOptions): () => Promise<Users> {
  const everyMs = numberOption('reloadMs', reloadMs, 1_000, { min: 1 });
  if ((users === undefined) === (file === undefined)) {
    throw new InvalidOptionsError(
      'users, file',
      users === undefined ? undefined : 'both',
      'exactly one of them',
    );
  }
  if (file === undefined) {
    const fixed = Promise.resolve(usersOf(users ?? {}));
    return () => fixed;
  }
  try {
    return reloadingFile({ path: file, parse: parseHtpasswd, reloadMs: everyMs, clock, onError });
  } catch (error) {
    throw new InvalidOptionsError('file', file, `a file of htpasswd: ${(error as Error).message}`);
  }
}

/** Name and password as they were typed; undefined where there are none. */
function parseCredentials(field: string | undefined): readonly [name: string, password: string] | undefined {
  const encoded = /^basic +([A-Za-z0-9+/]+=*)$/i.exec(field ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  // No name has a control character, and none could go upstream in a field.
  if (colon < 1 || /\p{Cc}/u.test(text)) return undefined;
  return [text.slice(0, colon), text.slice(colon + 1)];
}

/** Passwords that were right, under a key that only this process has, so that they need not be hashed again. */
class SeenPasswords {
  private readonly key = randomBytes(32);
  private readonly marks = new Map<string, Buffer>();

  has(name: string, hash: string, password: string): boolean {
    const mark = this.marks.get(name);
    return mark !== undefined && timingSafeEqual(mark, this.mark(hash, password));
  }

  add(name: string, hash: string, password: string): void {
    this.marks.set(name, this.mark(hash, password));
  }

  private mark(hash: string, password: string): Buffer {
    return createHmac('sha256', this.key).update(`${hash}\0${password}`).digest();
  }
}
