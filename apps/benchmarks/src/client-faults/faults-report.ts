import { atLeast, type Report, type Target } from '../lib/report/report.ts';
import { FAULT_CONTENDERS } from './contenders.ts';
import { type FaultResult, LEARNING_REQUESTS } from './measure-fault.ts';

/** Puts the results into one table and compares them with what is promised. */
export function faultsReport(results: readonly FaultResult[]): Report {
  return {
    tables: [
      {
        title: 'One endpoint of three at fault',
        columns: [
          { title: 'fault' },
          { title: 'client' },
          { title: 'success %', digits: 2 },
          { title: `after ${LEARNING_REQUESTS} %`, digits: 2 },
          { title: 'p50 ms', digits: 1 },
          { title: 'p95 ms', digits: 1 },
          { title: 'p99 ms', digits: 1 },
          { title: 'req/s' },
          { title: 'reached' },
          { title: 'errors' },
        ],
        rows: results.map((result) => [
          result.fault,
          result.client,
          100 * result.successRatio,
          100 * result.laterSuccessRatio,
          result.p50Ms,
          result.p95Ms,
          result.p99Ms,
          result.requestsPerSecond,
          result.reached.join(' / '),
          [...result.errors].map(([name, count]) => `${count} ${name}`).join(', '),
        ]),
      },
    ],
    targets: results.flatMap(targetsOf),
    notes: [
      'Endpoints answer in 5 ms, the slow one in 50 ms; the one at fault stands last under "reached".',
      `"after ${LEARNING_REQUESTS}" counts the requests that were started after the first ${LEARNING_REQUESTS}.`,
      'BalancedPool + retry is interceptors.retry with maxRetries 3 and minTimeout 10 ms.',
    ],
  };
}

function targetsOf(result: FaultResult): readonly Target[] {
  const promises = FAULT_CONTENDERS.find(({ name }) => name === result.client);
  const { minSuccessRatio, minLaterSuccessRatio } = promises ?? {};
  const name = `${result.fault}, ${result.client}`;
  const targets: Target[] = [];
  if (minSuccessRatio !== undefined) {
    targets.push(atLeast(`${name}: success`, 100 * result.successRatio, 100 * minSuccessRatio, '%'));
  }
  if (minLaterSuccessRatio !== undefined) {
    const measured = 100 * result.laterSuccessRatio;
    targets.push(
      atLeast(`${name}: success after ${LEARNING_REQUESTS}`, measured, 100 * minLaterSuccessRatio, '%'),
    );
  }
  return targets;
}
