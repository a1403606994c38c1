import type { Socket } from 'node:net';
import type { Clock } from '@evenkeel/core';
import type { Layer } from '../listen-options.ts';

/** How a client of HTTP/2 begins (RFC 9113 §3.4); no request of HTTP/1.1 begins so. */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** What a connection in clear text is told apart by. */
export interface PrefaceOptions {
  readonly http1: Layer;
  readonly http2: Layer;
  readonly clock: Clock;
  /** How long the first bytes may take, in ms; 0 sets no limit. */
  readonly timeoutMs: number;
}

/** Hands each connection to the protocol that its first bytes are of. */
export function prefaceLayer({ http1, http2, clock, timeoutMs }: PrefaceOptions): Layer {
  const waiting = new Set<Socket>();
  return {
    accept(socket) {
      let seen = Buffer.alloc(0);
      const timer = timeoutMs === 0 ? undefined : clock.setTimer(() => socket.destroy(), timeoutMs);
      const gone = (): void => {
        stop();
        socket.destroy();
      };
      const stop = (): void => {
        timer?.[Symbol.dispose]();
        waiting.delete(socket);
        socket.off('readable', read).off('end', gone).off('close', gone).off('error', gone);
      };
      const read = (): void => {
        for (let chunk = socket.read(); chunk !== null; chunk = socket.read())
          seen = Buffer.concat([seen, chunk]);
        const length = Math.min(seen.length, PREFACE.length);
        const isPreface = seen.subarray(0, length).equals(PREFACE.subarray(0, length));
        if (isPreface && length < PREFACE.length) return;
        stop();
        socket.unshift(seen);
        (isPreface ? http2 : http1).accept(socket);
      };
      waiting.add(socket);
      socket.on('readable', read).on('end', gone).on('close', gone).on('error', gone);
    },
    closeIdle() {
      for (const socket of waiting) socket.destroy();
    },
  };
}
