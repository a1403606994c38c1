/** A JSON Web Key Set (RFC 7517 §5). */
export interface JsonWebKeySet {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}

/** Where the keys are that tokens are verified with. Exactly one of these. */
export interface JwtKeys {
  /** A JSON Web Key Set over HTTP, as an identity provider serves it. */
  readonly url?: string;
  /** A file with a JSON Web Key Set; read again when it changes. */
  readonly file?: string;
  /** A JSON Web Key Set. */
  readonly jwks?: JsonWebKeySet;
  /** A public key or certificate in PEM. */
  readonly publicKey?: string;
  /** What both sides know, of at least 32 bytes. */
  readonly secret?: string;
  /** How long keys of a URL are used before they are fetched again, in ms. @default 600_000 */
  readonly maxAgeMs?: number;
  /** How long fetching them may take, in ms. @default 5_000 */
  readonly timeoutMs?: number;
  /** How long to wait after they could not be fetched, in ms. @default 1_000 */
  readonly retryMs?: number;
  /** How often a file is looked at, at most, in ms. @default 1_000 */
  readonly reloadMs?: number;
}
