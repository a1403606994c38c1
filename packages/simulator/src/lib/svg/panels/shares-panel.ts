import type { Report } from '../../report/report.ts';
import { type Band, bandsOf, stepTotals } from '../bands.ts';
import { element } from '../elements.ts';
import type { LegendEntry } from '../legend.ts';
import { areaPath } from '../path.ts';
import { exactScale } from '../scale.ts';
import { middleOf, type Panel } from './panel.ts';

/** Which share of the attempts each endpoint gets, one upon the other; those that stand out are at the bottom, in colour. */
export function sharesPanel(reports: readonly Report[]): Panel {
  const bands = bandsOf(reports);
  const legend: readonly LegendEntry[] = [
    ...bands
      .filter(({ standsOut }) => standsOut)
      .map(({ ids, className }) => ({ className, label: ids.join() })),
    ...othersEntry(bands),
  ];
  return {
    head: 'Share of the attempts',
    legend,
    height: 130,
    scale: ({ y, height }) => exactScale(0, 1, y + height, y),
    tick: (value) => `${Math.round(value * 100)} %`,
    draw(report, _, values, time) {
      const layers = layersOf(
        report,
        bands.map(({ ids }) => ids),
      );
      // The topmost first: each covers what is below it, so that there are no gaps between them.
      return bands
        .map(({ className }, band) => {
          const points = (layers[band] ?? []).map((share, step) => ({
            x: time.at(middleOf(report, step)),
            y: values.at(share),
          }));
          const d = areaPath(points, values.at(0));
          return d === '' ? '' : element('path', { class: className, d });
        })
        .reverse()
        .join('');
    },
  };
}

/** What is said of the endpoints that have no colour of their own. */
function othersEntry(bands: readonly Band[]): readonly LegendEntry[] {
  const others = bands.filter(({ standsOut }) => !standsOut);
  const count = others.reduce((sum, { ids }) => sum + ids.length, 0);
  if (count === 0) return [];
  const noun = others.length < bands.length ? 'other' : 'endpoint';
  const together = others[0]?.ids.length ?? 1;
  const label = `${count} ${noun}${count === 1 ? '' : 's'}${together > 1 ? `, ${together} in a layer` : ''}`;
  return [{ className: 'r0', label }];
}

/** For each band how much it and those below it got, in each step; NaN in steps without attempts. */
function layersOf(report: Report, bands: readonly (readonly string[])[]): readonly (readonly number[])[] {
  const totals = stepTotals(report);
  const byId = new Map(report.endpoints.map((endpoint) => [endpoint.id, endpoint]));
  const sums = totals.map(() => 0);
  return bands.map((ids) =>
    totals.map((total, step) => {
      const attempts = ids.reduce((sum, id) => sum + (byId.get(id)?.attemptsByStep[step] ?? 0), 0);
      const sum = (sums[step] ?? 0) + attempts;
      sums[step] = sum;
      return total === 0 ? Number.NaN : sum / total;
    }),
  );
}
