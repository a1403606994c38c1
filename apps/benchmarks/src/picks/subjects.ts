import { peakEwma, type StrategyName, strategyByName, strategyNames } from '@evenkeel/strategies';
import { clockSubject } from './clock-subject.ts';
import { clusterSubject } from './cluster-subject.ts';
import { loopAlone } from './loop-alone.ts';
import { CONTESTS } from './peers/contests.ts';
import { type StrategySubjectOptions, strategySubject } from './strategy-subject.ts';
import type { Subject } from './subject.ts';

const OPTIONS: Partial<Record<StrategyName, StrategySubjectOptions>> = {
  'round-robin': { targetNs: 30 },
  random: { targetNs: 30 },
  'peak-ewma': { targetNs: 100 },
  'ring-hash': { targetNs: 150, keyed: true },
  maglev: { targetNs: 150, keyed: true },
  rendezvous: { keyed: true },
  'bounded-load': { keyed: true },
  sticky: { keyed: true },
};

/** Everything of ours whose picks can be measured. */
export const SUBJECTS: readonly Subject[] = [
  strategySubject('loop alone', loopAlone),
  clockSubject('clock reading'),
  ...strategyNames.map((name) => strategySubject(name, () => strategyByName(name), OPTIONS[name])),
  clusterSubject('cluster pick + done', peakEwma, 'done', 400),
  clusterSubject('cluster pick + responseStarted + done', peakEwma, 'responseStarted'),
];

/**
 * A subject of ours or a peer's.
 *
 * @throws Error when there is none of that name
 */
export function subjectByName(name: string): Subject {
  const entrants = CONTESTS.flatMap(({ ours, peers }) => [ours, ...peers.map(({ subject }) => subject)]);
  const found = [...SUBJECTS, ...entrants].find((subject) => subject.name === name);
  if (found === undefined) throw new Error(`no subject "${name}"`);
  return found;
}
