import type { Report, StepReport } from '../../report/report.ts';
import { tickText } from '../axes.ts';
import { element } from '../elements.ts';
import { bandPath, linePath } from '../path.ts';
import { latencyScale } from '../scale.ts';
import { middleOf, type Panel } from './panel.ts';

/** Latency of the requests by when they began: median and 99th percentile. */
export function latencyPanel(reports: readonly Report[]): Panel {
  const seen = reports.flatMap(({ steps }) => steps.flatMap(({ p50, p99 }) => [p50, p99]));
  return {
    head: 'Latency, ms',
    legend: [
      { className: 'p99', label: '99th percentile' },
      { className: 'p50', label: 'median' },
    ],
    height: 150,
    scale: ({ y, height }) => latencyScale(seen, y + height, y),
    tick: tickText,
    draw(report, _, values, time) {
      const points = (of: (step: StepReport) => number) =>
        report.steps.map((step, index) => ({
          x: time.at(middleOf(report, index)),
          y: values.at(of(step)),
        }));
      const [p50, p99] = [points((step) => step.p50), points((step) => step.p99)];
      return [
        element('path', { class: 'band p99', d: bandPath(p99, p50) }),
        element('path', { class: 'line p99', d: linePath(p99) }),
        element('path', { class: 'line p50', d: linePath(p50) }),
      ].join('');
    },
  };
}
