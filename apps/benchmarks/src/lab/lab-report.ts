import { atLeast, atMost, type Report, type Target } from '../lib/report/report.ts';
import { ascending, quantile } from '../lib/report/statistics.ts';
import type { Figure } from './figure.ts';

/** A figure, and what each seed made of it. */
export interface Measured {
  readonly figure: Figure;
  readonly values: readonly number[];
}

/** Puts the figures into a table, and compares the worst seed of each with what is promised. */
export function labReport(measured: readonly Measured[], seeds: number): Report {
  return {
    tables: [
      {
        title: `The catalogue of the simulator, ${seeds} seeds`,
        columns: ['scenario', 'figure', 'median', 'lowest', 'highest', 'promised', 'published or plain'].map(
          (title) => ({
            title,
          }),
        ),
        rows: measured.map(({ figure, values }) => {
          const sorted = ascending(values);
          const [median, lowest, highest] = [0.5, 0, 1].map((ratio) =>
            quantile(sorted, ratio).toFixed(figure.digits),
          );
          const { scenario, name, reference } = figure;
          return [scenario, name, median, lowest, highest, promise(figure), reference];
        }),
      },
    ],
    targets: measured.flatMap(({ figure, values }) => targetsOf(figure, values)),
    notes: [
      'Virtual time: the figures depend on the seeds alone, not on the machine. A target is met if every seed meets it.',
    ],
  };
}

function promise({ target = {} }: Figure): string | undefined {
  const { atLeast: least, atMost: most } = target;
  const bounds = [
    ...(least === undefined ? [] : [`≥ ${round(least)}`]),
    ...(most === undefined ? [] : [`≤ ${round(most)}`]),
  ];
  return bounds.length === 0 ? undefined : bounds.join(', ');
}

function targetsOf({ scenario, name, target = {} }: Figure, values: readonly number[]): readonly Target[] {
  const title = `${scenario}: ${name}`;
  const { atLeast: least, atMost: most } = target;
  return [
    ...(least === undefined ? [] : [atLeast(title, Math.min(...values), round(least), '')]),
    ...(most === undefined ? [] : [atMost(title, Math.max(...values), round(most), '')]),
  ];
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
