const SECRET_KEY =
  /token|secret|password|passwd|passphrase|credential|authorization|private|api-?key|^(?:auth|users)$|^(?:key|cert|pfx)$/i;
/** What holds header fields or cookies: any of them may be a credential, whatever its name. */
const FIELDS_KEY = /^(?:headers|cookies|requestHeaders|responseHeaders)$/;
const MASK = '***';

/**
 * Copies plain data without what must not be shown: values under keys that are named like secrets, values of header fields and
 * cookies, and passwords in URLs. Text under other keys is shown as it is.
 */
export function maskSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskSecrets);
  if (typeof value === 'string') return maskUrl(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [
      key,
      SECRET_KEY.test(key) || (FIELDS_KEY.test(key) && !Array.isArray(field))
        ? masked(field)
        : maskSecrets(field),
    ]),
  );
}

/** What holds secrets below may say how many, and which fields are taken away. */
function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    return Object.fromEntries(entries.map(([key, field]) => [key, key === 'remove' ? field : masked(field)]));
  }
  return typeof value === 'string' || typeof value === 'number' ? MASK : value;
}

function maskUrl(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/[^:/?#@]*):[^/?#@]*@/i, `$1:${MASK}@`);
}
