import type { Interrupts } from './interrupts.ts';
import type { Link } from './link.ts';
import type { Mailbox } from './mailbox.ts';
import type { Settings } from './options.ts';
import type { Pace } from './pace.ts';
import type { View } from './view.ts';

/** What the parts of one watch work with. */
export interface Follow {
  readonly settings: Settings;
  readonly datacenter: string | undefined;
  readonly link: Link;
  readonly pace: Pace;
  readonly view: View;
  readonly box: Mailbox;
  /** Ends all parts of the watch. */
  readonly signal: AbortSignal;
  /** For a query that waits. */
  readonly interrupts: Interrupts;
  /** What the probe found last. */
  readonly isLeaderless: () => boolean;
}
