const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const TIME = String.raw`(?<hour>\d{2}):(?<minute>\d{2}):(?<second>\d{2})`;
const MONTH = `(?<month>${MONTHS.join('|')})`;
const FORMS = [
  String.raw`(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?<day>\d{2}) ${MONTH} (?<year>\d{4}) ${TIME} GMT`,
  String.raw`(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\d{2})-${MONTH}-(?<year>\d{2}) ${TIME} GMT`,
  String.raw`(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ${MONTH} (?<day>[ \d]\d) ${TIME} (?<year>\d{4})`,
].map((form) => new RegExp(`^${form}$`));

/**
 * Reads an HTTP date in one of its three forms: RFC 9110 5.6.7.
 *
 * @param now decides the century of a year with two digits, in ms since 1970
 * @returns ms since 1970; undefined for anything else, such as `0` or another time zone
 */
export function parseHttpDate(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  for (const form of FORMS) {
    const groups = form.exec(value)?.groups;
    if (groups === undefined) continue;
    const day = Number(groups.day);
    const [hour, minute, second] = [Number(groups.hour), Number(groups.minute), Number(groups.second)];
    const year = fullYear(groups.year ?? '', now);
    const time = Date.UTC(year, MONTHS.indexOf(groups.month ?? ''), day, hour, minute, second);
    // A leap second is legal and becomes the next minute; 31 February is neither.
    if (hour > 23 || minute > 59 || second > 60 || new Date(time - second * 1_000).getUTCDate() !== day) {
      return undefined;
    }
    return time;
  }
  return undefined;
}

/** A year of two digits that seems more than 50 years ahead lies in the past. */
function fullYear(digits: string, now: number): number {
  if (digits.length === 4) return Number(digits);
  const thisYear = new Date(now).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + Number(digits);
  return year > thisYear + 50 ? year - 100 : year;
}
