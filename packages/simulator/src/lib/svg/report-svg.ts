import { checkKeys, choiceOption, type KnownKeys } from '@evenkeel/core';
import type { Change } from '../changes/change.ts';
import { describeSize, requireReports } from '../report/comparison.ts';
import { countText, msText, percentText, successText } from '../report/figures.ts';
import type { Report } from '../report/report.ts';
import { timeAxis, valueAxis } from './axes.ts';
import { changeBands, changeLabels } from './change-bands.ts';
import { element, escapeText, text } from './elements.ts';
import { asManyAsFit, LETTER, NAME_LETTER, shortened } from './fit-text.ts';
import { type Layout, layOut } from './layout.ts';
import { legend } from './legend.ts';
import { failuresPanel } from './panels/failures-panel.ts';
import { inFlightPanel } from './panels/in-flight-panel.ts';
import { latencyPanel } from './panels/latency-panel.ts';
import type { Panel } from './panels/panel.ts';
import { sharesPanel } from './panels/shares-panel.ts';
import { exactScale } from './scale.ts';
import { styleSheet, type Theme } from './theme.ts';

export interface ReportSvgOptions {
  /** @default the scenario's name */
  readonly title?: string;
  /** What the scenario did to its endpoints, to be shaded: `scenario.changes`. @default nothing */
  readonly changes?: readonly Change[];
  /** `light`, `dark`, or what the reader's system prefers. @default 'auto' */
  readonly theme?: Theme;
}

const OPTION_KEYS: KnownKeys<ReportSvgOptions> = { title: true, changes: true, theme: true };

/**
 * Draws reports of one scenario side by side, one column for each strategy, all with the same scales: latency, failures if
 * there were any, share of each endpoint and requests in flight, over time. Plain SVG without scripts or fonts; the same reports give the same
 * picture.
 *
 * @throws InvalidOptionsError without reports, or when an option is wrong
 */
export function reportSvg(given: readonly Report[], options: ReportSvgOptions = {}): string {
  const reports = requireReports(given);
  checkKeys('', options, OPTION_KEYS);
  const theme = choiceOption('theme', options.theme, 'auto', ['auto', 'light', 'dark']);
  const { title = reports[0].scenario, changes = [] } = options;
  const panels = [
    latencyPanel(reports),
    ...(reports.some(({ requests }) => requests.failed > 0) ? [failuresPanel(reports)] : []),
    sharesPanel(reports),
    inFlightPanel(reports),
  ];
  const layout = layOut(
    reports.length,
    panels.map(({ height }) => height),
    changes.length > 0,
  );
  const { width, height } = layout;
  return `${element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-labelledby': 'evenkeel-title evenkeel-desc',
    },
    element('title', { id: 'evenkeel-title' }, escapeText(title)),
    element('desc', { id: 'evenkeel-desc' }, escapeText(describe(reports))),
    element('style', {}, styleSheet(theme)),
    element('rect', { class: 'paper', x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 8 }),
    header(reports, title, layout),
    columns(reports, panels, changes, layout),
    ...panels.map((panel, row) =>
      legend(layout.left, layout.rows[row]?.headY ?? 0, panel.head, panel.legend),
    ),
  )}\n`;
}

function header(reports: readonly [Report, ...Report[]], title: string, layout: Layout): string {
  const { left, titleY, namesY } = layout;
  return [
    text(left, titleY, 'title', title),
    text(left, titleY + 20, 'note', describeSize(reports)),
    ...reports.map(({ strategy, requests, latencyMs, attempts }, index) => {
      const { x, width } = layout.columns[index] ?? { x: 0, width: 0 };
      const figures = [
        `${successText(requests.successRatio)} ok`,
        ...(requests.unfinished > 0 ? [`${countText(requests.unfinished)} open`] : []),
        `p99 ${msText(latencyMs.p99)}`,
        ...(attempts.extraRatio > 0 ? [`+${percentText(attempts.extraRatio)} attempts`] : []),
      ];
      return (
        text(x, namesY, 'name', shortened(strategy, width / NAME_LETTER)) +
        text(x, namesY + 19, 'note', asManyAsFit(figures, width / LETTER))
      );
    }),
  ].join('');
}

function columns(
  reports: readonly Report[],
  panels: readonly Panel[],
  changes: readonly Change[],
  { rows, columns: boxes }: Layout,
): string {
  const durationMs = Math.max(...reports.map((report) => report.durationMs));
  return reports
    .map((report, index) => {
      const column = boxes[index] ?? { x: 0, y: 0, width: 0, height: 0 };
      const time = exactScale(0, durationMs, column.x, column.x + column.width);
      const drawn = panels.map((panel, row) => {
        const box = rows[row]?.boxes[index] ?? column;
        const values = panel.scale(box);
        const axis = valueAxis(box, values, index === 0 ? panel.tick : undefined);
        return axis + panel.draw(report, box, values, time);
      });
      return element(
        'g',
        {},
        changeBands(changes, column, time),
        changeLabels(changes, column, time),
        ...drawn,
        timeAxis(column, time),
      );
    })
    .join('');
}

/** For those who cannot see the picture. */
function describe(reports: readonly [Report, ...Report[]]): string {
  const figures = reports.map(
    ({ strategy, requests, latencyMs }) =>
      `${strategy}: ${successText(requests.successRatio)} succeeded, median ${msText(latencyMs.p50)}, 99th percentile ${msText(latencyMs.p99)}`,
  );
  return `${describeSize(reports)}. ${figures.join('; ')}.`;
}
