import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Instruments } from './instruments.ts';

/** Messages of `@evenkeel/http-client` on a retry that is made or refused. */
const CHANNEL = 'evenkeel:http:retry';

/** Counts the retries that budgets refuse, of all clients of the process. */
export function budgetMetrics({ counter }: Instruments): Disposable {
  const refused = counter('retries_refused_total', 'Retries that the budget had nothing left for.', [
    'cluster',
  ]);
  const listener = (message: unknown): void => {
    const { cluster, withinBudget } = message as { readonly cluster: string; readonly withinBudget: boolean };
    if (!withinBudget) refused.inc({ cluster });
  };
  subscribe(CHANNEL, listener);
  return { [Symbol.dispose]: () => void unsubscribe(CHANNEL, listener) };
}
