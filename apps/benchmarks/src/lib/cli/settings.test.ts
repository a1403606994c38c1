import { describe, expect, it } from 'vitest';
import { settingsOf } from './settings.ts';

const options = {
  requests: { description: 'how many', fallback: 1_000, quick: 10 },
  share: { description: 'how much', fallback: 1, min: 0, fractional: true },
  faults: { description: 'which', fallback: ['dead', 'slow'], choices: ['dead', 'slow', 'hang'] },
};
const make = (given: Record<string, string>, quick = false) =>
  settingsOf({ options }, given, quick, () => {});

describe('settings', () => {
  it('fall back to the defaults', () => {
    expect(make({}).number('requests')).toBe(1_000);
    expect(make({}).list('faults')).toEqual(['dead', 'slow']);
  });

  it('have smaller defaults in a quick run, where there are any', () => {
    expect(make({}, true).number('requests')).toBe(10);
    expect(make({}, true).list('faults')).toEqual(['dead', 'slow']);
  });

  it('take what is given, in a quick run too', () => {
    expect(make({ requests: '25', faults: 'hang,dead' }, true).number('requests')).toBe(25);
    expect(make({ faults: 'hang,dead' }).list('faults')).toEqual(['hang', 'dead']);
  });

  it('name what is wrong and what is allowed', () => {
    expect(() => make({ requests: '0' })).toThrow(
      '--requests: got "0", expected a whole number of at least 1',
    );
    expect(() => make({ requests: 'many' })).toThrow('--requests');
    expect(() => make({ requests: '2.5' })).toThrow('--requests');
    expect(make({ share: '2.5' }).number('share')).toBe(2.5);
    expect(() => make({ share: '-1' })).toThrow('--share: got "-1", expected a number of at least 0');
    expect(() => make({ faults: 'dead,tired' })).toThrow('expected words of dead, slow, hang');
    expect(() => make({ faults: '' })).toThrow('--faults');
  });
});
