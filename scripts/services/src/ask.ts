import { connect } from 'node:net';

/**
 * Sends a line to a port and collects the answer until it matches. Never hangs: ZooKeeper leaves
 * connections made during its start-up without an answer.
 *
 * @returns whether the answer matched within half a second
 */
export function ask(port: number, line: string, answer: RegExp): Promise<boolean> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect({ port, host: '127.0.0.1' });
    const finish = (matched: boolean): void => {
      socket.destroy();
      resolve(matched);
    };
    socket.setTimeout(500, () => finish(false));
    socket.on('connect', () => socket.write(line));
    socket.on('data', (chunk) => {
      received += chunk.toString();
      if (answer.test(received)) finish(true);
    });
    socket.on('error', () => finish(false));
    socket.on('close', () => finish(answer.test(received)));
  });
}

/**
 * Gets a URL and looks at the body.
 *
 * @returns whether it matched within half a second
 */
export async function askHttp(url: string, body: RegExp): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(500) });
    return body.test(await response.text());
  } catch {
    return false;
  }
}
