export { reportHtml } from './lib/svg/report-html.ts';
export { type ReportSvgOptions, reportSvg } from './lib/svg/report-svg.ts';
export type { Theme } from './lib/svg/theme.ts';
