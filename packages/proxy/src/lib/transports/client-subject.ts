import type { TLSSocket } from 'node:tls';

const subjects = new WeakMap<object, string>();

/**
 * Remembers who a client is by its certificate, once that is known to hold.
 *
 * @returns whether the client may go on: false without a certificate where one is required, or with one that does not hold
 */
export function keepClientSubject(socket: TLSSocket, mode: 'required' | 'optional'): boolean {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return mode === 'optional';
  if (!socket.authorized) return false;
  subjects.set(socket, distinguishedName(certificate.subject));
  return true;
}

/** The subject of the certificate of a connection's client; undefined without one. */
export function clientSubject(connection: object): string | undefined {
  return subjects.get(connection);
}

/**
 * Writes a subject as RFC 4514 has it, the last part first, in ASCII: `CN=alice,O=Acme`.
 *
 * @param lines as `node:crypto` gives it: a part on each line, with what RFC 4514 wants escaped already escaped
 */
function distinguishedName(lines: string): string {
  const parts = lines.split('\n').filter((part) => part !== '');
  return parts
    .reverse()
    .join(',')
    .replaceAll(/[^\x20-\x7e]+/g, (text) =>
      [...Buffer.from(text)].map((byte) => `\\${byte.toString(16).padStart(2, '0').toUpperCase()}`).join(''),
    );
}
