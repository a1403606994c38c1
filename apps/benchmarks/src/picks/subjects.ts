import { peakEwma, type StrategyName, strategyByName, strategyNames } from '@evenkeel/strategies';
import { clockSubject } from './clock-subject.ts';
import { clusterSubject } from './cluster-subject.ts';
import { loopAlone } from './loop-alone.ts';
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

/** Everything whose picks can be measured. Another library's balancer joins as one more {@link Subject}. */
export const SUBJECTS: readonly Subject[] = [
  strategySubject('loop alone', loopAlone),
  clockSubject('clock reading'),
  ...strategyNames.map((name) => strategySubject(name, () => strategyByName(name), OPTIONS[name])),
  clusterSubject('cluster pick + done', peakEwma, 'done', 400),
  clusterSubject('cluster pick + responseStarted + done', peakEwma, 'responseStarted'),
];
