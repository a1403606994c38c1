import { timeText } from '../../report/figures.ts';
import type { Report } from '../../report/report.ts';
import { tickText } from '../axes.ts';
import { element, px, text } from '../elements.ts';
import { linearScale } from '../scale.ts';
import type { Panel } from './panel.ts';

/** Requests that failed, by when they began. */
export function failuresPanel(reports: readonly Report[]): Panel {
  const most = Math.max(...reports.flatMap(({ steps }) => steps.map(({ failed }) => failed)));
  const stepMs = reports[0]?.steps[1]?.atMs;
  return {
    head: stepMs === undefined ? 'Failed requests' : `Failed requests in each ${timeText(stepMs)}`,
    legend: [],
    height: 64,
    scale: ({ y, height }) => linearScale(0, Math.max(most, 1), y + height, y, 2),
    tick: tickText,
    draw({ steps, durationMs }, box, values, time) {
      const bottom = values.at(0);
      const bars = steps.flatMap(({ atMs, failed }, index) => {
        if (failed === 0) return [];
        const from = time.at(atMs);
        const width = Math.max(1, time.at(steps[index + 1]?.atMs ?? durationMs) - from - 1);
        // However few they are among many, they are seen.
        const height = Math.max(1.5, bottom - values.at(failed));
        return [`M${px(from)},${px(bottom)}v${px(-height)}h${px(width)}v${px(height)}z`];
      });
      if (bars.length > 0) return element('path', { class: 'failed', d: bars.join('') });
      return text(box.x + box.width / 2, box.y + box.height / 2 + 4, 'note', 'none', 'middle');
    },
  };
}
