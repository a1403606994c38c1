export { type BasicAuthOptions, basicAuth } from './lib/middleware/basic-auth/basic-auth.ts';
export { hashPassword } from './lib/middleware/basic-auth/password-hash.ts';
