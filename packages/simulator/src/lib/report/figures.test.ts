import { expect, it } from 'vitest';
import { countText, msText, percentText, successText, timeText } from './figures.ts';

it('calls only all of them 100 %', () => {
  expect([1, 0.9999999, 0.95453, 0, Number.NaN].map(successText)).toEqual([
    '100 %',
    '99.999 %',
    '95.453 %',
    '0.000 %',
    '–',
  ]);
});

it('writes times with about three digits', () => {
  expect([0.5, 1.254, 12.54, 167.4, 2_000, Number.NaN].map(msText)).toEqual([
    '0.50 ms',
    '1.25 ms',
    '12.5 ms',
    '167 ms',
    '2,000 ms',
    '–',
  ]);
});

it('writes moments in the unit that suits them', () => {
  expect([0, 250, 16.7, 15_000, 15_940].map(timeText)).toEqual([
    '0 ms',
    '250 ms',
    '16.7 ms',
    '15 s',
    '15.9 s',
  ]);
});

it('writes counts and shares', () => {
  expect([countText(60_000), countText(Number.NaN), percentText(0.0909), percentText(Number.NaN)]).toEqual([
    '60,000',
    '–',
    '9.09 %',
    '–',
  ]);
});
