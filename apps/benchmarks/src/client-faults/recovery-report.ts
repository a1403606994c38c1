import { atMost, type Report, type Target } from '../lib/report/report.ts';
import { RECOVERY_CONTENDERS } from './contenders.ts';
import type { RecoveryResult } from './measure-recovery.ts';

/** Puts the results into one table and compares them with what is promised. */
export function recoveryReport(results: readonly RecoveryResult[]): Report {
  return {
    tables: [
      {
        title: 'All three endpoints down, then one back',
        columns: [
          { title: 'client' },
          { title: 'failed while down' },
          { title: 'first success ms', digits: 1 },
          { title: 'succeeded after' },
          { title: 'failed after' },
          { title: 'hung' },
        ],
        rows: results.map((result) => [
          result.client,
          result.failuresWhileDown,
          result.firstSuccessMs,
          result.successesAfter,
          result.failuresAfter,
          result.hung,
        ]),
      },
    ],
    targets: results.flatMap(targetsOf),
    notes: [
      '"first success" counts from the moment the endpoint listens again; "failed after" are requests started after it.',
      'Without health checks an endpoint that outlier detection took out stays out for its ejection, 30 s at first.',
    ],
  };
}

function targetsOf({ client, firstSuccessMs, hung }: RecoveryResult): readonly Target[] {
  const promises = RECOVERY_CONTENDERS.find(({ name }) => name === client);
  const { neverHangs = false, maxFirstSuccessMs } = promises ?? {};
  const targets: Target[] = [];
  if (maxFirstSuccessMs !== undefined) {
    targets.push(atMost(`${client}: first success`, firstSuccessMs, maxFirstSuccessMs, 'ms'));
  }
  if (neverHangs) targets.push(atMost(`${client}: requests that hang`, hung, 0, 'requests'));
  return targets;
}
