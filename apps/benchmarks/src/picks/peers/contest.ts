import type { Subject } from '../subject.ts';

/** A strategy of ours, and the peers that pick in the same way. */
export interface Contest {
  readonly ours: Subject;
  readonly peers: readonly Peer[];
}

/** A balancer of another library. */
export interface Peer {
  readonly subject: Subject;
  /** What it does more, or leaves out, beside ours. */
  readonly differs: string;
}
