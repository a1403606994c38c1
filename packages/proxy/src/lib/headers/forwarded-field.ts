import { bracketedAddress, isForwardedNode } from './hop-node.ts';

/** What one hop says of the request that it received (RFC 7239 §5). */
export interface ForwardedElement {
  /** The address of the node that sent the request; undefined when it is hidden, or not said. */
  readonly address: string | undefined;
  readonly proto: string | undefined;
  readonly host: string | undefined;
}

const PAIR =
  /([\w!#$%&'*+.^`|~-]+)=(?:([\w!#$%&'*+.^`|~-]+)|"((?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*)")/y;
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * Parses the values of `Forwarded` (RFC 7239 §4), strictly: undefined when any of it is malformed, as nobody knows then
 * what the rest means.
 */
export function parseForwarded(values: readonly string[]): ForwardedElement[] | undefined {
  const text = values.join(',');
  const elements: ForwardedElement[] = [];
  let pairs = new Map<string, string>();
  let separated = true;
  for (let at = 0; at <= text.length; ) {
    const next = text[at];
    if (next === ' ' || next === '\t') at += 1;
    else if (next === ';') {
      separated = true;
      at += 1;
    } else if (next === ',' || next === undefined) {
      const element = elementOf(pairs);
      if (element === undefined) return undefined;
      // A list may have empty elements (RFC 9110 §5.6.1.2).
      if (pairs.size > 0) elements.push(element);
      pairs = new Map();
      separated = true;
      at += 1;
    } else {
      PAIR.lastIndex = at;
      const [pair, name = '', token, quoted = ''] = PAIR.exec(text) ?? [];
      const key = name.toLowerCase();
      if (pair === undefined || !separated || pairs.has(key)) return undefined;
      pairs.set(key, token ?? quoted.replaceAll(/\\(.)/g, '$1'));
      separated = false;
      at += pair.length;
    }
  }
  return elements;
}

function elementOf(pairs: ReadonlyMap<string, string>): ForwardedElement | undefined {
  const node = pairs.get('for');
  const by = pairs.get('by');
  if ((node !== undefined && !isForwardedNode(node)) || (by !== undefined && !isForwardedNode(by)))
    return undefined;
  const address = node === undefined ? undefined : bracketedAddress(node);
  return { address, proto: pairs.get('proto'), host: pairs.get('host') };
}

/** Writes one pair, its value quoted where it is no token. */
export function forwardedPair(name: string, value: string): string {
  return `${name}=${TOKEN.test(value) ? value : `"${value.replaceAll(/["\\]/g, '\\$&')}"`}`;
}
