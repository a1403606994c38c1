import type { Lab, LabOptions } from './lab.ts';

/** One requirement, as exchanges in bytes. */
export interface ConformanceCase {
  /** Such as `9111 §4.2.1`. */
  readonly section: string;
  /** What the section says of it; `ours` for what it leaves to the cache and we decided. */
  readonly level: 'MUST' | 'SHOULD' | 'MAY' | 'ours';
  readonly name: string;
  readonly options?: LabOptions;
  readonly run: (lab: Lab) => Promise<void>;
}
