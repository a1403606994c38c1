import type { Report } from '../../report/report.ts';
import { tickText } from '../axes.ts';
import { element } from '../elements.ts';
import { areaPath, linePath } from '../path.ts';
import { linearScale } from '../scale.ts';
import type { Panel } from './panel.ts';

/** Requests at all endpoints, at the end of each step. */
export function inFlightPanel(reports: readonly Report[]): Panel {
  const most = Math.max(...reports.flatMap(({ steps }) => steps.map(({ inFlight }) => inFlight)));
  return {
    head: 'Requests in flight, at all endpoints',
    legend: [],
    height: 84,
    scale: ({ y, height }) => linearScale(0, Math.max(most, 1), y + height, y, 4),
    tick: tickText,
    draw({ steps, durationMs }, _, values, time) {
      const points = steps.map(({ inFlight }, index) => ({
        x: time.at(steps[index + 1]?.atMs ?? durationMs),
        y: values.at(inFlight),
      }));
      return (
        element('path', { class: 'band flight', d: areaPath(points, values.at(0)) }) +
        element('path', { class: 'line flight', d: linePath(points) })
      );
    },
  };
}
