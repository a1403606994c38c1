import { expect, it } from 'vitest';
import { parseExposition } from './parse-exposition.ts';

const head = '# HELP a_total What it is.\n# TYPE a_total counter\n';

it('reads names, labels and values', () => {
  const page = `${head}a_total{b="x\\"\\\\\\n",c=""} 1e3\na_total 2\n\n# HELP g G.\n# TYPE g gauge\ng -0.5\n`;
  const families = parseExposition(page);
  expect(families.get('a_total')).toEqual({
    type: 'counter',
    help: 'What it is.',
    samples: [
      { name: 'a_total', labels: { b: 'x"\\\n', c: '' }, value: 1_000 },
      { name: 'a_total', labels: {}, value: 2 },
    ],
  });
  expect(families.get('g')?.samples[0]?.value).toBe(-0.5);
});

const histogram = '# HELP h H.\n# TYPE h histogram\n';
it.each([
  ['a_total 1\n', 'a sample of another metric'],
  [`${head}a_total 1`, 'does not end'],
  [`${head}a_total -1\n`, 'below 0'],
  [`${head}a_total x\n`, 'no number'],
  [`${head}a_total 0x1\n`, 'no number'],
  [`${head}a_total{b=1} 1\n`, 'bad labels'],
  [`${head}a_total{b="1",} 1\n`, 'bad labels'],
  [`${head}a_total{b="1",b="2"} 1\n`, 'bad labels'],
  [`${head}a_total{b="1",c="2"} 1\na_total{c="2",b="1"} 1\n`, 'twice'],
  [`${head}${head}`, 'a second help'],
  ['# TYPE a_total counter\na_total 1\n', 'no help'],
  ['# HELP a A.\n# TYPE a counter\na 1\n', 'without _total'],
  ['# HELP a A.\n# TYPE a odd\na 1\n', 'no type'],
  [`${head}# HELP g G.\n# TYPE g gauge\n# HELP a_total B.\n`, 'not together'],
  [`${histogram}h_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n`, 'no whole histogram'],
  [`${histogram}h_bucket{le="1"} 1\nh_sum 1\nh_count 1\n`, 'no whole histogram'],
  [`${histogram}h_bucket{le="+Inf"} 1\nh_sum 1\nh_count 2\n`, 'no whole histogram'],
])('refuses %j', (page, problem) => {
  expect(() => parseExposition(page)).toThrow(problem);
});
