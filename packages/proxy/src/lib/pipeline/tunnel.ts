import type { Duplex } from 'node:stream';

/**
 * Joins two connections after 101: bytes go both ways with back-pressure, an end of one direction leaves the other open,
 * and an error or close of one side takes the other with it.
 */
export function tunnel(downstream: Duplex, upstream: Duplex): void {
  join(downstream, upstream);
  join(upstream, downstream);
}

function join(from: Duplex, to: Duplex): void {
  from.pipe(to);
  // Errors need no other care than this: 'close' follows each of them.
  from.on('error', () => {});
  from.once('close', () => {
    // A side that ended well may have bytes left that the other still has to send.
    if (from.readableEnded && !from.errored) to.end(() => to.destroy());
    else to.destroy();
  });
}
