import { expect, it } from 'vitest';
import { tokenSigner } from './signed-token.ts';

const OLD = 'the secret of last year';
const NEW = 'the secret of this year';

it('knows what it has signed, until it expires', () => {
  const signer = tokenSigner([NEW], 'test');
  const signed = signer.sign('a.b', 100);
  expect(signer.check(signed, 99)).toEqual({ token: 'a.b', expiresAt: 100 });
  expect(signer.check(signed, 100)).toBeUndefined();
  expect(signer.check(signer.sign('a', 0), 1e12)).toEqual({ token: 'a', expiresAt: 0 });
});

it('takes what any of its secrets has signed, and signs with the first', () => {
  const [before, between, after] = [[OLD], [NEW, OLD], [NEW]].map((secrets) => tokenSigner(secrets, 'test'));
  const old = before!.sign('a', 0);
  expect(between!.check(old, 1)).toEqual({ token: 'a', expiresAt: 0 });
  expect(after!.check(old, 1)).toBeUndefined();
  expect(after!.check(between!.sign('a', 0), 1)).toEqual({ token: 'a', expiresAt: 0 });
  expect(before!.check(between!.sign('a', 0), 1)).toBeUndefined();
});

it('takes nothing that was signed for something else, or changed', () => {
  const signer = tokenSigner([NEW], 'test');
  const signed = signer.sign('abc', 100);
  expect(tokenSigner([NEW], 'other').check(signed, 1)).toBeUndefined();
  for (let at = 0; at < signed.length; at++) {
    const changed = `${signed.slice(0, at)}${signed[at] === 'x' ? 'y' : 'x'}${signed.slice(at + 1)}`;
    // The last character of base64url carries bits that mean nothing.
    if (at < signed.length - 1) expect(signer.check(changed, 1)).toBeUndefined();
    expect(signer.check(signed.slice(0, at), 1)).toBeUndefined();
  }
  for (const nothing of ['', '.', '..', 'abc', '.a.b']) expect(signer.check(nothing, 1)).toBeUndefined();
});
