import { describe, expect, it } from 'vitest';
import { type Command, parseCommandLine } from './command-line.ts';
import { UsageError } from './usage-error.ts';

const parse = (line: string): Command => parseCommandLine(line.split(' ')) as Command;

describe('the command line', () => {
  it('takes several strategies after one flag, and several flags', () => {
    const { strategies } = parse('--strategy a b --scenario s --strategy c ./d.ts --json');
    expect(strategies).toEqual(['a', 'b', 'c', './d.ts']);
  });

  it('compares round robin and peak EWMA unless told otherwise', () => {
    expect(parse('--scenario s')).toEqual({
      scenario: 's',
      strategies: ['round-robin', 'peak-ewma'],
      seed: undefined,
      endpoints: undefined,
      client: {},
      json: false,
      svg: undefined,
      html: undefined,
      theme: 'auto',
    });
  });

  it('turns settings of the clients on and off', () => {
    expect(parse('--scenario s --no-retry --hedge --no-outlier-detection').client).toEqual({
      retry: false,
      hedge: {},
      outlierDetection: false,
    });
    expect(parse('--scenario s --retry --no-hedge --outlier-detection').client).toEqual({
      retry: {},
      hedge: false,
      outlierDetection: {},
    });
  });

  it('hedges after a percentile', () => {
    expect(parse('--scenario s --hedge-percentile 0.995').client).toEqual({ hedge: { percentile: 0.995 } });
    expect(parse('--scenario s --hedge --hedge-percentile 0.9').client).toEqual({
      hedge: { percentile: 0.9 },
    });
    expect(() => parse('--scenario s --hedge-percentile 95')).toThrow('expected a number from 0 to 1');
    expect(() => parse('--scenario s --no-hedge --hedge-percentile 0.9')).toThrow('say the opposite');
  });

  it('takes numbers, below 0 too with an equals sign', () => {
    expect(parse('--scenario s --seed=-7 --endpoints 3')).toMatchObject({ seed: -7, endpoints: 3 });
  });

  it.each(['--help', '-h'])('helps with %s, whatever else there is', (flag) => {
    expect(parseCommandLine([flag])).toBe('help');
  });

  it.each([
    ['', '--scenario is missing'],
    ['--scenario s --seed 1.5', '--seed: got "1.5", expected an integer'],
    ['--scenario s --seed many', '--seed: got "many", expected an integer'],
    ['--scenario s --endpoints 0', '--endpoints: got "0", expected an integer of at least 1'],
    ['--scenario s t', '"t" belongs to no option'],
    ['--scenario s --strategy a --json t', '"t" belongs to no option'],
    ['--scenario s --theme pink', '--theme: got "pink", expected one of auto, light, dark'],
    ['--scenari s', "Unknown option '--scenari'"],
    ['--scenario s --svg', "'--svg <value>' argument missing"],
    ['--scenario s --json=yes', "'--json' does not take an argument"],
  ])('refuses "%s"', (line, message) => {
    const act = () => parseCommandLine(line.split(' ').filter((word) => word !== ''));
    expect(act).toThrow(UsageError);
    expect(act).toThrow(message);
  });
});
