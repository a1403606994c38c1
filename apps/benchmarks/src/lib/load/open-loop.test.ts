import { expect, it } from 'vitest';
import { openLoop } from './open-loop.ts';

it('starts as many requests as are due, whatever became of those before, and tells of each', async () => {
  let open = 0;
  let most = 0;
  const answers = await openLoop({
    rate: 500,
    durationMs: 100,
    async send(index) {
      most = Math.max(most, ++open);
      await new Promise((resolve) => setTimeout(resolve, 50));
      open--;
      if (index === 3) throw Object.assign(new Error('x'), { code: 'ECONNRESET' });
      return index === 4 ? 500 : 200;
    },
  });
  expect(answers).toHaveLength(50);
  expect(most).toBeGreaterThan(5);
  expect(answers[3]).toMatchObject({ atMs: 6, status: undefined, error: 'ECONNRESET' });
  expect(answers[4]).toMatchObject({ atMs: 8, status: 500, error: undefined });
  for (const { latencyMs } of answers) expect(latencyMs).toBeGreaterThanOrEqual(45);
});
