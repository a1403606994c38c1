import { DiscoveryError } from '@evenkeel/core';

/** One message of the gateway: any JSON object. */
export type Message = Readonly<Record<string, unknown>>;

/**
 * Splits what arrives into messages, one a line; a last line needs no end.
 *
 * @param maxBytes how long one line may be
 * @throws DiscoveryError for a line that is too long or no JSON object, or a stream that ends within one
 */
export async function* jsonLines(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Message, void, void> {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      parts.push(chunk.subarray(from, at));
      from = at + 1;
      const line = Buffer.concat(parts).toString('utf8').trim();
      parts = [];
      bytes = 0;
      if (line !== '') yield parseMessage(line);
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
    bytes += chunk.length - from;
    if (bytes > maxBytes) throw new DiscoveryError(`an answer is longer than ${maxBytes} bytes`);
  }
  const rest = Buffer.concat(parts).toString('utf8').trim();
  if (rest !== '') yield parseMessage(rest);
}

function parseMessage(text: string): Message {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DiscoveryError(`the answer is no JSON: ${shorten(text)}`, { cause: error });
  }
  if (!isMessage(value)) throw new DiscoveryError(`the answer is no JSON object: ${shorten(text)}`);
  return value;
}

/** Whether a value is a JSON object. */
export function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The beginning of a text that somebody else wrote, for an error. */
export function shorten(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
