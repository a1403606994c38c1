import type { JuteReader } from './jute-reader.ts';

/** The part of a node's metadata that is used. */
export interface Stat {
  /** The transaction that created the node. */
  readonly createdZxid: bigint;
  /** When it was created, in ms since 1970 by the clock of the server. */
  readonly createdAt: bigint;
  /** Number of changes of its data. */
  readonly version: number;
  /** The session it lives and dies with; 0 for a node that stays. */
  readonly owner: bigint;
}

/** Reads the record `Stat`. */
export function readStat(reader: JuteReader): Stat {
  const createdZxid = reader.long();
  reader.long();
  const createdAt = reader.long();
  reader.long();
  const version = reader.int();
  reader.int();
  reader.int();
  const owner = reader.long();
  reader.int();
  reader.int();
  reader.long();
  return { createdZxid, createdAt, version, owner };
}
