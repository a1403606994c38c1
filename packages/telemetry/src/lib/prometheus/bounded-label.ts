/** The value of a label whose values come from outside, so that they do not become series without end. */
export type BoundedLabel = (value: string) => string;

/** Lets the first `max` values through; any further one is `other`. */
export function boundedLabel(max: number): BoundedLabel {
  const known = new Set<string>();
  return (value) => {
    if (known.has(value)) return value;
    if (known.size >= max) return 'other';
    known.add(value);
    return value;
  };
}
