import { connect } from 'node:net';
import { frameReader } from '../wire/frame-reader.ts';
import { ZookeeperError } from '../zookeeper-error.ts';
import type { ServerAddress } from './server-address.ts';

/** One TCP connection that carries frames. It is never opened again. */
export interface Link {
  /** Resolves when nothing of the connection is left; never rejects. */
  readonly closed: Promise<void>;
  /** Sends a frame, as soon as the connection is there. */
  send(frame: Buffer): void;
  destroy(): void;
}

/** Whom a connection tells. Neither is called after `destroy`. */
export interface LinkListeners {
  /** May throw for a frame that makes no sense: that is the end of the connection. */
  readonly onFrame: (frame: Buffer) => void;
  /** Called once. */
  readonly onLost: (error: unknown) => void;
}

/** Starts to connect. */
export function openLink({ host, port }: ServerAddress, { onFrame, onLost }: LinkListeners): Link {
  const closed = Promise.withResolvers<void>();
  const cut = frameReader();
  const socket = connect({ host, port, noDelay: true });
  let isOver = false;

  const lose = (error: unknown): void => {
    if (isOver) return;
    isOver = true;
    socket.destroy();
    onLost(error);
  };
  socket.on('data', (chunk) => {
    try {
      for (const frame of cut(chunk)) {
        if (isOver) return;
        onFrame(frame);
      }
    } catch (error) {
      lose(error);
    }
  });
  socket.on('error', (error) => lose(new ZookeeperError('unreachable', error.message, { cause: error })));
  socket.on('end', () => lose(new ZookeeperError('closed', 'the server closed the connection')));
  socket.on('close', () => {
    lose(new ZookeeperError('closed', 'the connection was closed'));
    closed.resolve();
  });

  return {
    closed: closed.promise,
    send(frame) {
      if (!isOver) socket.write(frame);
    },
    destroy() {
      isOver = true;
      socket.destroy();
    },
  };
}
