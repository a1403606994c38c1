import { describe, expect, it } from 'vitest';
import { verdict } from './verdict.ts';

/** Feeds `+` (a pass) and `-` (a failure); returns the status after each as one letter. */
function feed(rise: number, fall: number, checks: string): string {
  const subject = verdict(rise, fall);
  return [...checks]
    .map((check) => {
      if (check === '+') subject.pass();
      else subject.fail(new Error('no'));
      return subject.status[0];
    })
    .join('');
}

describe('verdict', () => {
  it.each([
    ['the first pass decides', 2, 3, '+', 'h'],
    ['the first failure decides', 2, 3, '-', 'u'],
    ['a healthy one falls at the third failure in a row', 2, 3, '+--+---', 'hhhhhhu'],
    ['an unhealthy one rises at the second pass in a row', 2, 3, '-+-++', 'uuuuh'],
    ['thresholds of one follow every check', 1, 1, '+-+-', 'huhu'],
  ])('%s', (_, rise, fall, checks, expected) => {
    expect(feed(rise, fall, checks)).toBe(expected);
  });

  it('says why it changed, and only then', () => {
    const subject = verdict(2, 2);
    expect(subject.pass()).toBe('first check passed');
    expect(subject.pass()).toBeUndefined();
    expect(subject.fail(new Error('a'))).toBeUndefined();
    expect(subject.fail(new Error('refused'))).toBe('2 checks in a row failed: refused');
    expect(subject.pass()).toBeUndefined();
    expect(subject.pass()).toBe('2 checks in a row passed');
    expect(verdict(1, 1).fail('nothing there')).toBe('first check failed: nothing there');
  });

  it('is settled only while healthy with nothing against it', () => {
    const subject = verdict(2, 2);
    expect(subject.settled).toBe(false);
    subject.pass();
    expect(subject.settled).toBe(true);
    subject.fail('x');
    expect(subject.settled).toBe(false);
    subject.restart();
    expect(subject.settled).toBe(true);
    subject.fail('x');
    expect(subject.status).toBe('healthy');
    subject.fail('x');
    subject.pass();
    expect(subject.settled).toBe(false);
  });
});
