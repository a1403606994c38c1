import { checkKeys, InvalidOptionsError, type KnownKeys, numberOption } from '@evenkeel/core';
import type { RawHeaders } from '../../exchange.ts';
import { type HeaderFields, headerFields } from '../../headers/header-fields.ts';
import { listElements } from '../../headers/raw-headers.ts';
import { addVary } from '../../headers/vary.ts';
import type { Middleware, RoutedRequest } from '../middleware.ts';
import { type Coding, codingChooser } from './accept-encoding.ts';
import { COMPRESSIBLE, typeTest } from './content-types.ts';
import { encodedResponse } from './encoded-response.ts';
import { type CompressionLevels, encoders } from './encoders.ts';

export type { Coding, CompressionLevels };

/** Options of {@link compress}. */
export interface CompressOptions {
  /** Codings to offer, the favourite first. @default ['zstd', 'br', 'gzip'] */
  readonly codings?: readonly Coding[];
  /** Content that is known to be shorter stays as it is. @default 1_024 */
  readonly minBytes?: number;
  /** Media types to compress, `*` for any part of one. @default text, JSON, XML, scripts, SVG, WebAssembly, plain fonts */
  readonly types?: readonly string[];
  /** How hard each coding tries. @default gzip 6, br 4, zstd 3 */
  readonly levels?: CompressionLevels;
}

const KEYS: KnownKeys<CompressOptions> = { codings: true, minBytes: true, types: true, levels: true };
const CODINGS: readonly Coding[] = ['zstd', 'br', 'gzip'];
/** Answers with no content, or with a part of one that has been cut already. */
const NEVER: ReadonlySet<number> = new Set([204, 205, 206, 304]);
/** Fields that speak of the bytes as they were. */
const OUTDATED = [
  'content-length',
  'content-md5',
  'content-digest',
  'repr-digest',
  'digest',
  'accept-ranges',
];

/**
 * Middleware that compresses answers with `node:zlib` for clients that accept it (RFC 9110 §8.4, §12.5.3). Content streams: it is flushed
 * whenever nothing more waits to be compressed, keeps its trailers, and an answer that breaks off stays broken off. Left alone is
 * what is encoded already, partial, marked `no-transform`, short, or of another type.
 *
 * Secrets in answers that also repeat what a request says can be guessed from their compressed length (BREACH): leave such routes out.
 *
 * @throws InvalidOptionsError for a coding, type or number out of its range
 */
export function compress(options: CompressOptions = {}): Middleware {
  checkKeys('', options, KEYS);
  const { codings = CODINGS } = options;
  if (!Array.isArray(codings) || codings.length === 0) {
    throw new InvalidOptionsError('codings', codings, 'a list of codings, at least 1');
  }
  for (const [index, coding] of codings.entries()) {
    if (CODINGS.includes(coding)) continue;
    throw new InvalidOptionsError(`codings[${index}]`, coding, 'one of "zstd", "br", "gzip"');
  }
  const shortest = Math.max(1, numberOption('minBytes', options.minBytes, 1_024));
  const isType = typeTest(options.types ?? COMPRESSIBLE);
  const makeEncoder = encoders(options.levels);
  const choose = codingChooser(codings);

  /** Whether the content of an answer is one to compress, for anybody. */
  const isEligible = (status: number, headers: HeaderFields): boolean => {
    if (NEVER.has(status) || status < 200) return false;
    const type = headers.get('content-type');
    if (type === undefined || !isType(type) || headers.get('content-range') !== undefined) return false;
    const length = headers.get('content-length');
    if (length !== undefined && Number(length) < shortest) return false;
    if (listElements(headers.getAll('content-encoding')).some((coding) => coding !== 'identity'))
      return false;
    return !forbidsTransforms(headers);
  };

  return (request, next) => {
    const coding = forbidsTransforms(request.headers) ? undefined : choose(accepted(request.headers));
    request.response = encodedResponse(request.response, (status, raw) => {
      const headers = headerFields([...raw]);
      if (status === 304) return { headers: renewed(request, coding, headers), encoder: undefined };
      if (!isEligible(status, headers)) return { headers: raw, encoder: undefined };
      addVary(headers, 'Accept-Encoding');
      if (coding === undefined) return { headers: headers.raw, encoder: undefined };
      for (const name of OUTDATED) headers.delete(name);
      headers.set('content-encoding', coding);
      weaken(headers);
      const hasContent = request.exchange.method !== 'HEAD';
      return { headers: headers.raw, encoder: hasContent ? makeEncoder(coding) : undefined };
    });
    next();
  };
}

function accepted(headers: HeaderFields): string | undefined {
  const values = headers.getAll('accept-encoding');
  return values.length > 1 ? values.join(', ') : values[0];
}

function forbidsTransforms(headers: HeaderFields): boolean {
  return listElements(headers.getAll('cache-control')).includes('no-transform');
}

/** Two encodings of one content are equivalent, not the same bytes (RFC 9110 §8.8.3.3). */
function weaken(headers: HeaderFields): void {
  const tag = headers.get('etag');
  if (tag?.startsWith('"') === true) headers.set('etag', `W/${tag}`);
}

/** A client that has a compressed answer knows it by its weak tag: the 304 must name the same (RFC 9111 §4.3.4). */
function renewed(
  { headers: asked }: RoutedRequest,
  coding: Coding | undefined,
  headers: HeaderFields,
): RawHeaders {
  const tag = headers.get('etag');
  const known = asked.getAll('if-none-match').join(', ');
  if (coding !== undefined && tag?.startsWith('"') === true && known.includes(`W/${tag}`)) weaken(headers);
  return headers.raw;
}
