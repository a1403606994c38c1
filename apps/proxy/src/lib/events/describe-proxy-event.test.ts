import { expect, it } from 'vitest';
import { describeProxyEvent } from './describe-proxy-event.ts';

it('names the files of certificates that are taken, and of those that are not', () => {
  const files = ['/etc/a.pem', '/etc/a.key'];
  expect(describeProxyEvent({ type: 'certificatesReloaded', files })).toBe(
    'certificates: read again (/etc/a.pem, /etc/a.key)',
  );
  const error = new Error('no start line');
  expect(describeProxyEvent({ type: 'certificatesRejected', files, error })).toBe(
    'certificates: the old ones stay (/etc/a.pem, /etc/a.key): no start line',
  );
});
