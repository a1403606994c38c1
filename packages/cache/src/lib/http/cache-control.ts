import type { Directives } from '../undici-types.ts';

/** Longer lifetimes are as good as this one: RFC 9111 1.2.2. */
export const MAX_SECONDS = 2_147_483_648;

/** The longest, the shortest of several values: what is safe when a directive comes twice. */
const NUMBERS: Readonly<Record<string, 'least' | 'most'>> = {
  'max-age': 'least',
  's-maxage': 'least',
  'stale-while-revalidate': 'least',
  'stale-if-error': 'least',
  'max-stale': 'least',
  'min-fresh': 'most',
};

const NONE: Directives = Object.freeze({});

/** Directives that forbid, and so hold whatever argument they have. */
const RESTRICTIVE: ReadonlySet<string> = new Set([
  'no-store',
  'no-cache',
  'private',
  'must-revalidate',
  'proxy-revalidate',
  'only-if-cached',
]);
const PERMISSIVE: ReadonlySet<string> = new Set(['public', 'immutable', 'must-understand', 'no-transform']);

/**
 * Reads Cache-Control: RFC 9111 5.2. What is malformed is taken in the safer sense: a lifetime that is no number is none
 * (4.2.1), `private="field"` and `no-cache="field"` count as without argument (5.2.2.4, 5.2.2.7), of two values the stricter.
 */
export function parseCacheControl(value: string | undefined): Directives {
  if (value === undefined) return NONE;
  const found: Record<string, number | true> = {};
  for (const directive of splitDirectives(value)) {
    const [, rawName = '', argument] = /^([^=]*)(?:=(.*))?$/s.exec(directive) ?? [];
    const name = rawName.trim().toLowerCase();
    const choose = Object.hasOwn(NUMBERS, name) ? NUMBERS[name] : undefined;
    if (choose !== undefined) {
      const seconds = secondsOf(name, rawName === rawName.trimEnd() ? argument : '?');
      if (seconds === undefined) continue;
      const known = found[name];
      found[name] =
        typeof known !== 'number'
          ? seconds
          : choose === 'most'
            ? Math.max(known, seconds)
            : Math.min(known, seconds);
    } else if (RESTRICTIVE.has(name) || (PERMISSIVE.has(name) && argument === undefined)) {
      found[name] = true;
    }
  }
  return found as Directives;
}

function secondsOf(name: string, argument: string | undefined): number | undefined {
  if (argument === undefined) return name === 'max-stale' ? Number.POSITIVE_INFINITY : nothing(name);
  const digits = /^(?:(\d+)|"(\d+)")$/.exec(argument);
  if (digits === null) return nothing(name);
  return Math.min(Number(digits[1] ?? digits[2]), MAX_SECONDS);
}

/** What a directive without a usable number means. */
function nothing(name: string): number | undefined {
  return name === 'max-age' || name === 's-maxage' ? 0 : undefined;
}

/** Splits at commas outside quoted strings; a quote that never ends is no quote, so that nothing hides behind it. */
function splitDirectives(value: string): string[] {
  const directives: string[] = [];
  let start = 0;
  for (let index = 0; index <= value.length; index++) {
    if (index === value.length || value[index] === ',') {
      const directive = value.slice(start, index).trim();
      if (directive !== '') directives.push(directive);
      start = index + 1;
    } else if (value[index] === '"') {
      index = endOfQuoted(value, index) ?? index;
    }
  }
  return directives;
}

function endOfQuoted(value: string, start: number): number | undefined {
  for (let index = start + 1; index < value.length; index++) {
    if (value[index] === '\\') index++;
    else if (value[index] === '"') return index;
  }
  return undefined;
}
