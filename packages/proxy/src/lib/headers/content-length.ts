/** Whether a value is digits, of a number that is the same for everyone who counts in doubles (RFC 9110 §8.6). */
export function isLength(value: string): boolean {
  return /^\d+$/.test(value) && Number.isSafeInteger(Number(value));
}
