import { ZookeeperError, type ZookeeperErrorReason } from '../zookeeper-error.ts';

/** Codes of `KeeperException.Code` that are told apart here. */
const REASONS: Readonly<Record<number, readonly [ZookeeperErrorReason, string]>> = {
  [-6]: ['tooOld', 'the server does not know this request: ZooKeeper 3.6 or later is needed'],
  [-101]: ['noNode', 'there is no such node'],
  [-102]: ['noAuth', 'not permitted'],
  [-103]: ['badVersion', 'the node has changed'],
  [-108]: ['noChildrenForEphemerals', 'the parent is an ephemeral node'],
  [-110]: ['nodeExists', 'the node exists'],
  [-111]: ['notEmpty', 'the node has children'],
  [-112]: ['sessionExpired', 'the session has expired'],
  [-115]: ['authFailed', 'user or password were not accepted'],
};

/** Makes the error that a code stands for. */
export function errorOfCode(code: number, what: string): ZookeeperError {
  const [reason, message] = REASONS[code] ?? ['refused', 'refused'];
  return new ZookeeperError(reason, `${what}: ${message} (code ${code})`);
}
