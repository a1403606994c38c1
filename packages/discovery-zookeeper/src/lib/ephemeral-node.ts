import type { EndpointRecord } from './record.ts';
import type { Session } from './session/session.ts';
import type { Acl } from './wire/acl.ts';
import { multi } from './wire/multi.ts';
import { create, remove, setData, stat } from './wire/request.ts';
import type { Stat } from './wire/stat.ts';
import { hasReason } from './zookeeper-error.ts';

/** A node that lives as long as a session. */
export interface EphemeralNode {
  readonly path: string;
  /** The nodes above it, from the root; they stay. */
  readonly parents: readonly string[];
  readonly record: EndpointRecord;
  readonly acl: Acl;
}

/** Others may change the node between a look and a change; so many in a row are no chance any more. */
const ATTEMPTS = 5;

/**
 * Creates the node, with its parents, in place of one that another session left behind.
 *
 * @throws ZookeeperError, the signal's reason
 */
export async function putNode(session: Session, node: EphemeralNode, signal: AbortSignal): Promise<void> {
  const { path, record, acl } = node;
  const creation = create(path, { data: record.present, acl, ephemeral: true });
  for (let attempt = 1; ; attempt++) {
    try {
      const old = await statOf(session, path, signal);
      if (old?.owner === session.ticket.id) return;
      // As one step: between two, watchers would see that the endpoint is gone.
      const request = old === undefined ? creation : multi([remove(path, old.version), creation]);
      await session.call(request, signal);
      return;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      if (hasReason(error, 'noNode')) await createParents(session, node, signal);
      else if (!hasReason(error, 'nodeExists') && !hasReason(error, 'badVersion')) throw error;
    }
  }
}

/**
 * Whether the node is there. It may be another session's: whoever registers the same id later takes the place, and
 * fighting for it would be worse for clients than either.
 */
export async function isThere(
  session: Session,
  { path }: EphemeralNode,
  signal: AbortSignal,
): Promise<boolean> {
  return (await statOf(session, path, signal)) !== undefined;
}

/** Deletes the node if it is this session's, and says that it left by its own word. */
export async function removeNode(session: Session, node: EphemeralNode, signal: AbortSignal): Promise<void> {
  const { path, record } = node;
  const old = await statOf(session, path, signal);
  if (old?.owner !== session.ticket.id) return;
  const { version } = old;
  await session.call(multi([setData(path, record.leaving, version), remove(path, version + 1)]), signal);
}

async function createParents(session: Session, node: EphemeralNode, signal: AbortSignal): Promise<void> {
  for (const parent of node.parents) {
    // Looked at first: whoever may not create one is refused even if it is there.
    if ((await statOf(session, parent, signal)) !== undefined) continue;
    try {
      const data = Buffer.alloc(0);
      await session.call(create(parent, { data, acl: node.acl, ephemeral: false }), signal);
    } catch (error) {
      if (!hasReason(error, 'nodeExists')) throw error;
    }
  }
}

async function statOf(session: Session, path: string, signal: AbortSignal): Promise<Stat | undefined> {
  try {
    return await session.call(stat(path), signal);
  } catch (error) {
    if (hasReason(error, 'noNode')) return undefined;
    throw error;
  }
}
