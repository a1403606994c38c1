import { DiscoveryError } from '@evenkeel/core';
import type { Reply } from './exchange.ts';

const MAX_TEXT = 200;

/** Consul, or something in its place, answered with another status than 200. */
export class StatusError extends DiscoveryError {
  readonly status: number;
  readonly body: string;

  constructor({ status, body }: Reply) {
    super(`HTTP ${status}${excerpt(body)}`);
    this.status = status;
    this.body = body;
  }
}

function excerpt(body: string): string {
  const text = body
    .slice(0, MAX_TEXT)
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return text === '' ? '' : `: ${text}`;
}
