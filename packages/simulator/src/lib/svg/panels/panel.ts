import type { Report } from '../../report/report.ts';
import type { Box } from '../layout.ts';
import type { LegendEntry } from '../legend.ts';
import type { Scale } from '../scale.ts';

/** A figure over time, drawn for each strategy with the same scale. */
export interface Panel {
  readonly head: string;
  readonly legend: readonly LegendEntry[];
  /** In pixels. */
  readonly height: number;
  /** The scale of the values in a box: the same for all reports. */
  scale(box: Box): Scale;
  /** A value of the axis. */
  tick(value: number): string;
  /** @param time where a moment lies in the box */
  draw(report: Report, box: Box, values: Scale, time: Scale): string;
}

/** The middle of a step of a report. */
export function middleOf({ steps, durationMs }: Report, step: number): number {
  const from = steps[step]?.atMs ?? 0;
  const to = Math.min(durationMs, steps[step + 1]?.atMs ?? durationMs);
  return (from + to) / 2;
}
