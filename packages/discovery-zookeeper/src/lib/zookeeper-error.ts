import { DiscoveryError } from '@evenkeel/core';

/**
 * What went wrong: an answer of the server to one request (`noNode`, `nodeExists`, `notEmpty`, `badVersion`, `noAuth`,
 * `noChildrenForEphemerals`, `refused` for any other), or the end of the connection (`sessionExpired`, `authFailed`,
 * `tooOld` for a server before 3.6, `malformed` for bytes that make no sense, `closed`, `silent`, `timeout`,
 * `unreachable`).
 */
export type ZookeeperErrorReason =
  | 'noNode'
  | 'nodeExists'
  | 'notEmpty'
  | 'badVersion'
  | 'noAuth'
  | 'noChildrenForEphemerals'
  | 'refused'
  | 'sessionExpired'
  | 'authFailed'
  | 'tooOld'
  | 'malformed'
  | 'closed'
  | 'silent'
  | 'timeout'
  | 'unreachable';

/** ZooKeeper did not do what it was asked to. The message names the server. */
export class ZookeeperError extends DiscoveryError {
  readonly reason: ZookeeperErrorReason;

  constructor(reason: ZookeeperErrorReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** Whether an error is one of ZooKeeper with this reason. */
export function hasReason(error: unknown, reason: ZookeeperErrorReason): boolean {
  return error instanceof ZookeeperError && error.reason === reason;
}

/** An error about the bytes that a server sent. */
export function malformed(what: string): ZookeeperError {
  return new ZookeeperError('malformed', `no answer of a ZooKeeper: ${what}`);
}
