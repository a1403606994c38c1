import { EventEmitter } from 'node:events';
import type { MessageEnd } from '../workers/channel.ts';

/** Two ends of one connection. */
export interface MessageEnds {
  readonly here: MessageEnd;
  readonly there: MessageEnd;
  /** Ends the connection; `here` is told. */
  close(): void;
  /** Ends the connection, and tells nobody. */
  cut(): void;
}

/** Connects two ends within this process, as far from each other as a clone. */
export function messageEnds(): MessageEnds {
  const [a, b] = [new EventEmitter(), new EventEmitter()];
  let open = true;
  const end = (own: EventEmitter, other: EventEmitter): MessageEnd =>
    Object.assign(own, {
      send(message: object, callback: (error: Error | null) => void) {
        if (open) setImmediate(() => other.emit('message', structuredClone(message)));
        setImmediate(callback, open ? null : new Error('closed'));
      },
    });
  const cut = (): void => {
    open = false;
  };
  return {
    here: end(a, b),
    there: end(b, a),
    cut,
    close() {
      cut();
      a.emit('disconnect');
    },
  };
}
