import { retryBudget } from '@evenkeel/core';
import type { RetryOptions } from '@evenkeel/http-client';
import type { RetryConfig } from '../schema/policy.ts';

/** Puts a budget in the place of its options, where retries have one. Whoever has it shares it. */
export function withBudget<T extends { readonly retry?: RetryConfig | false }>(
  policy: T,
): Omit<T, 'retry'> & { readonly retry?: RetryOptions | false } {
  const { retry, ...same } = policy;
  if (retry === undefined) return same;
  if (retry === false) return { ...same, retry };
  const { budget, ...rules } = retry;
  return { ...same, retry: budget === undefined ? rules : { ...rules, budget: retryBudget(budget) } };
}
