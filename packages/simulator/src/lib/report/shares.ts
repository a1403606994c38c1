import type { EndpointReport, Report } from './report.ts';

/** One endpoint that the clients ask, with the share its weight entitles it to. */
export interface FairEndpoint {
  readonly endpoint: EndpointReport;
  /** Its weight among the weights of all, 0–1. */
  readonly fair: number;
  /** What it got ÷ what was fair: 1 when it got its part, 0 when nothing; NaN for one that a weight of 0 drains. */
  readonly timesFair: number;
}

/** The endpoints that the clients ask, without those of tiers below. */
export function fairEndpoints({ endpoints }: Pick<Report, 'endpoints'>): readonly FairEndpoint[] {
  const asked = endpoints.filter(({ tier }) => tier === 0);
  const weights = asked.reduce((sum, { weight }) => sum + weight, 0);
  return asked.map((endpoint) => {
    const fair = weights === 0 ? 0 : endpoint.weight / weights;
    return { endpoint, fair, timesFair: fair === 0 ? Number.NaN : endpoint.share / fair };
  });
}

/** The endpoint with the most, or the least, of what is fair; the first of equals. */
export function extremeEndpoint(endpoints: readonly FairEndpoint[], most: boolean): FairEndpoint | undefined {
  return endpoints.reduce<FairEndpoint | undefined>((best, one) => {
    if (Number.isNaN(one.timesFair)) return best;
    if (best === undefined) return one;
    return (most ? one.timesFair > best.timesFair : one.timesFair < best.timesFair) ? one : best;
  }, undefined);
}
