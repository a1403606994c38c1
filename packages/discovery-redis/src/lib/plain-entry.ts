import { type Endpoint, toEndpoint } from '@evenkeel/core';
import { rawEndpoint } from '@evenkeel/core/driver';

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/**
 * Reads what people write into a list of addresses: `host:port`, a URL, or a JSON object with `host` and
 * `port` or with `address`. A text that is a JSON list, or several entries separated by commas or white
 * space, is many.
 *
 * @returns the endpoints, and what is none
 */
export function readPlainEntries(texts: readonly string[]): {
  readonly endpoints: readonly Endpoint[];
  readonly problems: readonly string[];
} {
  const endpoints = new Map<string, Endpoint>();
  const problems: string[] = [];
  for (const entry of texts.flatMap(split)) {
    try {
      const endpoint = toPlainEndpoint(entry);
      const key = `${endpoint.host}:${endpoint.port}`;
      if (!endpoints.has(key)) endpoints.set(key, endpoint);
    } catch (error) {
      const shown = typeof entry === 'string' ? entry : JSON.stringify(entry);
      problems.push(`${JSON.stringify(shown.slice(0, 80))} left out: ${(error as Error).message}`);
    }
  }
  return { endpoints: [...endpoints.values()], problems };
}

function split(text: string): readonly unknown[] {
  const trimmed = text.trim();
  if (/^[[{"]/.test(trimmed) && !/^\[[\da-f:.%]+\]:\d/i.test(trimmed)) {
    try {
      const value: unknown = JSON.parse(trimmed);
      return Array.isArray(value) ? value : [value];
    } catch {
      return [trimmed];
    }
  }
  return trimmed.split(/[\s,]+/).filter((entry) => entry !== '');
}

function toPlainEndpoint(entry: unknown): Endpoint {
  if (typeof entry === 'string') return fromText(entry);
  if (typeof entry !== 'object' || entry === null) throw new Error('it is no address');
  const address: unknown = 'address' in entry ? entry.address : undefined;
  const base = typeof address === 'string' ? { ...entry, ...hostAndPort(fromText(address)) } : entry;
  const raw = rawEndpoint({ ...base });
  // A port as text is what hand-written JSON often has. Weights and the rest are the cluster's to check.
  const { host, port } = toEndpoint({ host: lower(raw.host), port: Number(raw.port) });
  return { ...raw, host, port, id: raw.id ?? toEndpoint({ host, port }).id };
}

function fromText(text: string): Endpoint {
  if (!text.includes('://')) {
    const endpoint = toEndpoint(text);
    return toEndpoint({ host: lower(endpoint.host), port: endpoint.port });
  }
  const url = new URL(text);
  const port = url.port === '' ? DEFAULT_PORTS[url.protocol] : Number(url.port);
  if (port === undefined) throw new Error('it has no port');
  return toEndpoint({ host: url.hostname.replace(/^\[|\]$/g, ''), port });
}

function hostAndPort({ host, port }: Endpoint): { host: string; port: number } {
  return { host, port };
}

function lower(host: string): string {
  return typeof host === 'string' ? host.toLowerCase() : host;
}
