import type { Report } from '../report/report.ts';
import { fairEndpoints } from '../report/shares.ts';

/** A layer of the picture of shares: an endpoint, or several that are alike. */
export interface Band {
  readonly ids: readonly string[];
  /** Of the style sheet. */
  readonly className: string;
  readonly standsOut: boolean;
}

/** As many colours as there are to tell endpoints apart at a glance. */
const MAX_STAND_OUTS = 4;
/** Off its fair share by this much on average, and by twice as much as its peers, an endpoint stands out. */
const STANDS_OUT_FROM = 0.25;
/** Layers of endpoints that do not stand out. */
const MAX_BANDS = 24;

/** Divides the endpoints of all reports into layers: those that stand out have one and a colour of their own. */
export function bandsOf(reports: readonly Report[]): readonly Band[] {
  const oddity = new Map<string, number>();
  for (const report of reports) {
    for (const [id, score] of oddities(report)) oddity.set(id, Math.max(score, oddity.get(id) ?? 0));
  }
  const scores = [...oddity.values()].sort((a, b) => a - b);
  const limit = Math.max(STANDS_OUT_FROM, 2 * (scores[scores.length >> 1] ?? 0));
  const standOuts = [...oddity]
    .filter(([, score]) => score >= limit)
    .sort(([, a], [, b]) => b - a)
    .slice(0, MAX_STAND_OUTS)
    .map(([id]) => id);
  const rest = [...oddity.keys()].filter((id) => !standOuts.includes(id));
  const size = Math.ceil(rest.length / MAX_BANDS);
  const others = Array.from({ length: size === 0 ? 0 : Math.ceil(rest.length / size) }, (_, index) => ({
    ids: rest.slice(index * size, (index + 1) * size),
    className: `r${index % 2}`,
    standsOut: false,
  }));
  // In the order of the endpoints, so that the same scenario gets the same colours whatever the strategies did.
  const ordered = [...oddity.keys()].filter((id) => standOuts.includes(id));
  return [...ordered.map((id, index) => ({ ids: [id], className: `s${index}`, standsOut: true })), ...others];
}

/** How far each endpoint is off its fair share, as a part of that share, on average over the steps. */
function oddities(report: Report): readonly (readonly [id: string, score: number])[] {
  const endpoints = fairEndpoints(report);
  const totals = stepTotals(report);
  const counted = totals.filter((total) => total > 0).length;
  return endpoints.map(({ endpoint, fair }) => {
    const sum = totals.reduce((sofar, total, step) => {
      if (total === 0) return sofar;
      return sofar + Math.abs((endpoint.attemptsByStep[step] ?? 0) / total - fair);
    }, 0);
    return [endpoint.id, counted === 0 || fair === 0 ? 0 : sum / counted / fair];
  });
}

/** Attempts at all endpoints that the clients ask, in each step. */
export function stepTotals({ endpoints, steps }: Report): readonly number[] {
  const asked = endpoints.filter(({ tier }) => tier === 0);
  return steps.map((_, step) =>
    asked.reduce((sum, { attemptsByStep }) => sum + (attemptsByStep[step] ?? 0), 0),
  );
}
