import { type MeasuredApart, measureApart } from './measured-apart.ts';

export interface InterleaveOptions {
  readonly endpoints: number;
  readonly rounds: number;
  readonly roundMs: number;
}

/**
 * Measures subjects in turn, round by round, each round in another order, so that whatever else the machine does hits them
 * all alike.
 *
 * @returns the rounds of each subject
 */
export async function interleave(
  subjects: readonly string[],
  { endpoints, rounds, roundMs }: InterleaveOptions,
): Promise<readonly (readonly number[])[]> {
  await using stack = new AsyncDisposableStack();
  const measured: MeasuredApart[] = [];
  for (const subject of subjects) measured.push(stack.use(await measureApart(subject, endpoints, roundMs)));
  const results: number[][] = subjects.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < measured.length; turn++) {
      const index = (round + turn) % measured.length;
      results[index]?.push(...(await (measured[index] as MeasuredApart).measure(1)));
    }
  }
  return results;
}
