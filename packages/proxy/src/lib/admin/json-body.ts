import type { IncomingMessage } from 'node:http';
import { Refusal } from './answer.ts';

const MAX_BODY_BYTES = 65_536;

/**
 * Reads the content of a request as a JSON object. The content type must say so: a page of another origin cannot send that without
 * asking first, and nobody answers it.
 *
 * @throws Refusal for what is no JSON object, and for one that is too large
 */
export async function jsonBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';');
  if (type.trim().toLowerCase() !== 'application/json') {
    throw new Refusal(415, 'unsupported-media-type', 'the content must be application/json');
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) {
      throw new Refusal(413, 'too-large', `at most ${MAX_BODY_BYTES} bytes`, { connection: 'close' });
    }
    chunks.push(chunk);
  }
  const value = parse(Buffer.concat(chunks).toString());
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new Refusal(400, 'bad-request', 'the content must be a JSON object');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal(400, 'bad-request', `the content is no JSON: ${(error as Error).message}`);
  }
}
