import { once } from 'node:events';
import type { Socket } from 'node:net';

/** Resolves with all that a socket receives until its other side ends. */
export async function untilEnd(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  if (!socket.readableEnded) await once(socket, 'end');
  return Buffer.concat(chunks).toString('latin1');
}

/** Resolves with what has been received once it is as long as that; the rest stays unread. */
export async function untilLength(socket: Socket, length: number): Promise<string> {
  for (;;) {
    const bytes = socket.read(length) as Buffer | null;
    if (bytes !== null) return bytes.toString('latin1');
    await once(socket, 'readable');
  }
}

/** Resolves when a socket has closed, with whether it was reset. */
export async function untilClosed(socket: Socket): Promise<'reset' | 'closed'> {
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
  const { code } = (socket.errored ?? {}) as NodeJS.ErrnoException;
  return code === 'ECONNRESET' || code === 'EPIPE' ? 'reset' : 'closed';
}
