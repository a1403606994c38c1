/** What a parser makes of the first bytes of a connection. */
export type Peeked<T> =
  | { readonly state: 'more' }
  | { readonly state: 'refused'; readonly message: string }
  /** `length` bytes belong to the value; what follows them is still to be read. */
  | { readonly state: 'done'; readonly value: T; readonly length: number };

/** The answer of a parser that has seen too little. */
export const MORE: Peeked<never> = { state: 'more' };

/** The answer of a parser that has seen what is not allowed. */
export function refused(message: string): Peeked<never> {
  return { state: 'refused', message };
}
