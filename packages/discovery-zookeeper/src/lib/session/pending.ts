import { errorOfCode } from '../wire/error-code.ts';
import type { Reply } from '../wire/reply.ts';
import type { Request } from '../wire/request.ts';
import { hasReason, malformed } from '../zookeeper-error.ts';

/** The requests that wait for their answers, which come in the order of the requests. */
export interface Pending {
  /** The answer of a request that was sent with this number. */
  add<T>(xid: number, request: Request<T>): Promise<T>;
  /**
   * Settles the first of them.
   *
   * @throws ZookeeperError `malformed` when the reply is not to that one, or cannot be read
   */
  settle(reply: Reply): void;
  fail(error: unknown): void;
}

interface Waiting {
  readonly xid: number;
  take(reply: Reply): void;
  reject(error: unknown): void;
}

/** Makes an empty list. */
export function pendingRequests(): Pending {
  const waiting = new Map<number, Waiting>();

  return {
    add(xid, request) {
      return new Promise((resolve, reject) => {
        waiting.set(xid, {
          xid,
          reject,
          take({ code, body }) {
            if (code !== 0) reject(errorOfCode(code, request.what));
            else resolve(request.read(body));
          },
        });
      });
    },
    settle(reply) {
      const [first] = waiting.values();
      if (first === undefined) throw malformed(`it answers request ${reply.xid}, which nobody sent`);
      if (first.xid !== reply.xid) {
        throw malformed(`it answers request ${reply.xid} instead of ${first.xid}`);
      }
      waiting.delete(first.xid);
      try {
        first.take(reply);
      } catch (error) {
        first.reject(error);
        // What a change of several could not do is an answer; bytes that make no sense are none.
        if (hasReason(error, 'malformed')) throw error;
      }
    },
    fail(error) {
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    },
  };
}
