const SECRET_KEY =
  /token|secret|password|passwd|passphrase|credential|authorization|private|api-?key|^auth$|^(?:key|cert|pfx)$/i;
const MASK = '***';

/**
 * Copies plain data without what must not be shown: values under keys that are named like secrets, and passwords in URLs. Text under
 * other keys is shown as it is.
 */
export function maskSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskSecrets);
  if (typeof value === 'string') return maskUrl(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [
      key,
      SECRET_KEY.test(key) ? masked(field) : maskSecrets(field),
    ]),
  );
}

/** What holds secrets below may say how many. */
function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, masked(field)]));
  }
  return typeof value === 'string' || typeof value === 'number' ? MASK : value;
}

function maskUrl(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/[^:/?#@]*):[^/?#@]*@/i, `$1:${MASK}@`);
}
