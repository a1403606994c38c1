import { describe, expect, it } from 'vitest';
import { LatencyEstimate } from './latency-estimate.ts';

describe('LatencyEstimate', () => {
  it('knows nothing at first', () => {
    expect(new LatencyEstimate().at(3)).toBe(0);
  });

  it('is the median of what began under a similar load', () => {
    const estimate = new LatencyEstimate();
    for (let load = 0; load < 30; load++) estimate.record(load * 10, load);
    expect(estimate.at(15)).toBe(150);
    expect(estimate.at(0)).toBe(40);
    expect(estimate.at(1_000)).toBe(250);
  });

  it('does not believe a single odd one', () => {
    const estimate = new LatencyEstimate();
    for (let i = 0; i < 8; i++) estimate.record(10, 1);
    estimate.record(5_000, 1);
    expect(estimate.at(1)).toBe(10);
  });

  it('forgets the old', () => {
    const estimate = new LatencyEstimate();
    for (let i = 0; i < 32; i++) estimate.record(10, 1);
    for (let i = 0; i < 32; i++) estimate.record(70, 1);
    expect(estimate.at(1)).toBe(70);
  });
});
