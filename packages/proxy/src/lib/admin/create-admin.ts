import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { InvalidOptionsError } from '@evenkeel/core';
import { bind } from '../connection/bind.ts';
import { access, isLoopback } from './access.ts';
import type { AdminTarget } from './admin-target.ts';
import { type Answer, Refusal, send } from './answer.ts';
import { type MetricsSource, operations } from './api.ts';
import { findOperation } from './find-operation.ts';

/** Options of {@link createAdmin}. Only `target` is needed. */
export interface AdminOptions {
  readonly target: AdminTarget;
  /**
   * What requests must carry as `Authorization: Bearer`, at least 16 characters; `/health` and `/ready` go without. @default none: only
   * programs of this machine are answered
   */
  readonly token?: string;
  /** Names that clients may use for this server, besides addresses and `localhost`. @default none */
  readonly hosts?: readonly string[];
  /** Answers `/metrics`. @default none */
  readonly metrics?: MetricsSource;
  /** Answers `/config`; what looks like a secret is masked. @default none */
  readonly config?: () => unknown;
  /**
   * Hears of connections that could not be accepted, such as for want of file descriptors; it goes on. Also why an operation
   * failed, such as `GET /ready`, which is the second argument then. @default nobody
   */
  readonly onError?: (error: Error, operation?: string) => void;
}

/** Where an admin API is to listen. */
export interface AdminListenOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
}

/** The admin API of a proxy. */
export interface Admin extends AsyncDisposable {
  /** Takes a request of any `node:http` server, as its `request` listener. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /**
   * Accepts connections; call it once.
   *
   * @throws InvalidOptionsError for an address that others can reach, where there is no token; the system's error, such as `EADDRINUSE`
   */
  listen(options: AdminListenOptions): Promise<{ readonly address: string; readonly port: number }>;
  /** Stops accepting and closes its connections; what is being answered has a second to end. */
  close(): Promise<void>;
}

const MIN_TOKEN_LENGTH = 16;
const CLOSE_MS = 1_000;

/** For what fails outside of operations, such as `onError` itself. */
const BROKEN = new Refusal(500, 'internal', 'the request could not be answered');

/**
 * Makes an admin API: JSON over HTTP to see what a proxy does and to change it by hand.
 *
 * @throws InvalidOptionsError naming the option, what it got and what is allowed
 */
export function createAdmin(options: AdminOptions): Admin {
  const { target, token, hosts = [], metrics, config, onError = () => {} } = options;
  if (typeof target?.state !== 'function') {
    throw new InvalidOptionsError('target', target, 'a target, such as localTarget({ proxy, clusters })');
  }
  checkAdminToken(token);
  const may = access({ token, hosts: new Set(hosts.map((host) => host.toLowerCase())) });
  const known = operations({ target, metrics, config });

  const answer = async (request: IncomingMessage): Promise<Answer> => {
    may.checkOrigin(request);
    const allowed = may.allows(request);
    const { operation, values } = findOperation(known, request, allowed, token !== undefined);
    try {
      return await operation.answer({ request, values, allowed });
    } catch (error) {
      if (error instanceof Refusal) throw error;
      const failure = error instanceof Error ? error : new Error(String(error));
      const name = `${operation.method} ${operation.path}`;
      onError(failure, name);
      // What is answered to anybody tells nobody of the inside.
      const shown = operation.open ? `${name} failed; the log of the proxy says why` : failure.message;
      throw new Refusal(500, 'internal', shown);
    }
  };
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const head = request.method === 'HEAD';
    answer(request).then(
      (found) => send(response, found, head),
      (error) => send(response, (error instanceof Refusal ? error : BROKEN).answer, head),
    );
  };
  const server = createServer(
    { requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 5_000 },
    handle,
  );
  const admin: Admin = {
    handle,
    async listen({ port, host = '127.0.0.1' }) {
      if (token === undefined && !isLoopback(host)) {
        throw new InvalidOptionsError('token', token, `a token, as ${host} is reached by others`);
      }
      const bound = await bind(server, { port, host });
      server.on('error', (error) => onError(error));
      return bound;
    },
    close() {
      const timer = setTimeout(() => server.closeAllConnections(), CLOSE_MS).unref();
      return new Promise((resolve) => {
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    },
    [Symbol.asyncDispose]: () => admin.close(),
  };
  return admin;
}

/** @throws InvalidOptionsError for a token that is too short to be none of many tries */
function checkAdminToken(token: string | undefined): void {
  if (token === undefined) return;
  if (typeof token !== 'string' || token.trim() !== token || token.length < MIN_TOKEN_LENGTH) {
    // The value is a secret, and stays out of the message.
    throw new InvalidOptionsError(
      'token',
      typeof token,
      `a string of at least ${MIN_TOKEN_LENGTH} characters`,
    );
  }
}
