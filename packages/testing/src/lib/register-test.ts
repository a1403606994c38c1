/**
 * Registers one test with a test runner: the `test` or `it` of vitest, jest, mocha or `node:test` fits as it is, so
 * that the contract suites need no runner of their own.
 */
export type RegisterTest = (name: string, body: () => void | Promise<void>) => unknown;
