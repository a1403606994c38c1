import type { Scenario } from './scenario.ts';
import { broken, frozen } from './scenarios/endpoints-ail.ts';
import { flapping, idle, kill, killUnderPosts, rollingKill, rollingTerm } from './scenarios/endpoints-end.ts';
import { halfOpen } from './scenarios/half-open.ts';
import { drain, reload } from './scenarios/proxy.ts';

/** All scenarios, in the order of the tables; `idle` is what others are compared with. */
export const SCENARIOS: readonly Scenario[] = [
  idle,
  kill,
  killUnderPosts,
  rollingTerm,
  rollingKill,
  frozen,
  flapping,
  broken,
  reload,
  drain,
  halfOpen,
];
