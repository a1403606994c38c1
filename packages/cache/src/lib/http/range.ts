import { entityTag } from './conditional.ts';
import { type Fields, fieldValue, firstLine } from './fields.ts';

/** A part of a body: both ends are included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The one range of a stored 200 that a request asks for: RFC 9110 14.
 *
 * @returns undefined when the whole is the answer, as for several ranges or an `If-Range` that is not met
 */
export function requestedRange(
  request: Readonly<Fields>,
  stored: Readonly<Fields>,
  length: number,
): ByteRange | 'unsatisfiable' | undefined {
  const groups = /^bytes=(?:(?<first>\d+)-(?<last>\d*)|-(?<suffix>\d+))$/.exec(
    fieldValue(request, 'range') ?? '',
  )?.groups;
  if (groups === undefined || !conditionHolds(fieldValue(request, 'if-range'), stored)) return undefined;
  if (groups.suffix !== undefined) {
    const count = Math.min(Number(groups.suffix), length);
    return count === 0 ? 'unsatisfiable' : { first: length - count, last: length - 1 };
  }
  const first = Number(groups.first);
  const last = groups.last ? Math.min(Number(groups.last), length - 1) : length - 1;
  if (groups.last && Number(groups.last) < first) return undefined;
  return first >= length ? 'unsatisfiable' : { first, last };
}

/** Only a strong validator tells that a part belongs to the same whole. */
function conditionHolds(ifRange: string | undefined, stored: Readonly<Fields>): boolean {
  if (ifRange === undefined) return true;
  const tag = entityTag(stored);
  if (ifRange.startsWith('"')) return tag === ifRange.trim();
  return ifRange === firstLine(stored, 'last-modified');
}
