/** Whether a value is digits, of a number that is the same for everyone who counts in doubles (RFC 9110 §8.6). */
export function isLength(value: string): boolean {
  return isShortNumber(value) || (/^\d+$/.test(value) && Number.isSafeInteger(Number(value)));
}

/** Whether a value is one to nine digits, as nearly all are: found out without a regular expression. */
function isShortNumber(value: string): boolean {
  const { length } = value;
  if (length === 0 || length > 9) return false;
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return true;
}
