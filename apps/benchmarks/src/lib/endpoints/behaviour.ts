/** What an endpoint does with each request. */
export type Behaviour =
  | { readonly kind: 'answer'; readonly statusCode: number; readonly delayMs: number }
  /** Takes the request and never answers. */
  | { readonly kind: 'hang' }
  /** Resets the connection as soon as the request is there. */
  | { readonly kind: 'reset' }
  /** Ends the connection instead of an answer. */
  | { readonly kind: 'close' }
  /** Does not listen: the connection is refused. */
  | { readonly kind: 'refuse' };

/** A healthy endpoint that takes `delayMs` milliseconds for each answer. */
export function healthy(delayMs: number): Behaviour {
  return { kind: 'answer', statusCode: 200, delayMs };
}
