import type { Bench, BenchOptions } from './bench.ts';

/** One requirement, as exchanges through a cache. */
export interface HttpCase {
  readonly name: string;
  readonly options?: Pick<BenchOptions, 'cache' | 'store'>;
  readonly run: (bench: Bench) => Promise<void>;
}
