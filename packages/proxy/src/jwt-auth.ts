export {
  type ClaimHeaders,
  type JsonWebKeySet,
  type JwtAuthOptions,
  type JwtKeys,
  jwtAuth,
} from './lib/middleware/jwt-auth/jwt-auth.ts';
