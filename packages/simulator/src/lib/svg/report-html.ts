import { type ComparisonRow, comparisonRows, describeRun, requireReports } from '../report/comparison.ts';
import { notableEvents } from '../report/notable-events.ts';
import type { Report } from '../report/report.ts';
import { escapeText } from './elements.ts';
import { type ReportSvgOptions, reportSvg } from './report-svg.ts';
import { pageStyle } from './theme.ts';

/**
 * One page with the picture of {@link reportSvg}, the figures as a table, and what happened. It needs no script and nothing
 * from the network.
 *
 * @throws InvalidOptionsError without reports, or when an option is wrong
 */
export function reportHtml(given: readonly Report[], options: ReportSvgOptions = {}): string {
  const reports = requireReports(given);
  const picture = reportSvg(reports, options);
  const title = escapeText(options.title ?? reports[0].scenario);
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${title}</title>`,
    `<style>${pageStyle(options.theme ?? 'auto')}</style>`,
    `<main>`,
    picture.trimEnd(),
    table(reports),
    ...reports.map(events),
    `<p>${escapeText(describeRun(reports))}. Simulated by @evenkeel/simulator: the same seed gives the same page.</p>`,
    '</main>',
    '</html>',
    '',
  ].join('\n');
}

function table(reports: readonly Report[]): string {
  const cells = (tag: string, values: readonly string[]): string =>
    values.map((value) => `<${tag}>${escapeText(value)}</${tag}>`).join('');
  const line = ({ label, values }: ComparisonRow): string =>
    `<tr><th scope="row">${escapeText(label.trim())}</th>${cells('td', values)}</tr>`;
  return [
    '<table>',
    `<thead><tr><td></td>${cells(
      'th',
      reports.map(({ strategy }) => strategy),
    ).replaceAll('<th>', '<th scope="col">')}</tr></thead>`,
    '<tbody>',
    ...comparisonRows(reports).map(line),
    '</tbody>',
    '</table>',
  ].join('\n');
}

function events(report: Report): string {
  const lines = notableEvents(report, 50);
  if (lines.length === 0) return '';
  const items = lines.map((line) => `<li>${escapeText(line.trim())}</li>`);
  return `<h2>Events with ${escapeText(report.strategy)}</h2>\n<ul>${items.join('')}</ul>`;
}
