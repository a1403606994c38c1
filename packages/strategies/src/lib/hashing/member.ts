import type { Candidate } from '@evenkeel/core';

/** An endpoint id among the candidates. Tables refer to it, and may outlive it for a moment. */
export interface Member {
  readonly id: string;
  /** Undefined once it is a candidate no more. */
  candidate: Candidate | undefined;
  /** Its index in the placements that were last compared with others: a note for those who build tables. */
  rank: number;
}

/** A member with the name and the weight that a table places it by. */
export interface Placement {
  readonly member: Member;
  /** What is hashed to place it; the same on every client. */
  readonly key: string;
  readonly weight: number;
}
