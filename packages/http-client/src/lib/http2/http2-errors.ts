import { constants } from 'node:http2';

/** A request that an endpoint did not take, though it was sent: it may be sent again, whatever its method (RFC 9113 §8.7). */
export class Http2RefusedError extends Error {
  readonly code = 'ERR_HTTP2_STREAM_REFUSED';

  constructor(message: string) {
    super(message);
    this.name = 'Http2RefusedError';
  }
}

/** A stream that an endpoint reset, or that ended with its connection. */
export class Http2StreamError extends Error {
  readonly code = 'ERR_HTTP2_STREAM_ERROR';
  /** The code of RST_STREAM or GOAWAY (RFC 9113 §7). */
  readonly http2Code: number;

  constructor(message: string, http2Code: number) {
    super(message);
    this.name = 'Http2StreamError';
    this.http2Code = http2Code;
  }
}

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(constants)
    .filter(([name]) =>
      /^NGHTTP2_(?!ERR_|NV_|FLAG_|SETTINGS_|DEFAULT_|HCAT_|SESSION_|STREAM_STATE)/.test(name),
    )
    .map(([name, code]) => [code as number, name.slice('NGHTTP2_'.length)]),
);

/** The name of an error code, such as `CANCEL`. */
export function codeName(code: number): string {
  return NAMES.get(code) ?? String(code);
}
