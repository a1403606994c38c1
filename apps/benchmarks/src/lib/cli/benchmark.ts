import type { Report } from '../report/report.ts';

/** One benchmark of the command line. */
export interface Benchmark {
  readonly name: string;
  /** One sentence: what it measures. */
  readonly summary: string;
  readonly options: Readonly<Record<string, BenchmarkOption>>;
  run(settings: Settings): Promise<Report>;
}

/** An option that takes a number, or a list of words. */
export interface BenchmarkOption {
  readonly description: string;
  readonly fallback: number | readonly string[];
  /** What takes the fallback's place in a quick run. */
  readonly quick?: number | readonly string[];
  /** Smallest allowed number. @default 1 */
  readonly min?: number;
  /** Whether a number need not be whole. @default false */
  readonly fractional?: boolean;
  /** The words a list may have. @default any */
  readonly choices?: readonly string[];
}

/** The options of one run, checked. */
export interface Settings {
  number(name: string): number;
  list(name: string): readonly string[];
  /** Tells what is being done now, for those who wait. */
  progress(line: string): void;
}
