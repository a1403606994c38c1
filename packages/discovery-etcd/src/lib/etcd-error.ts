import { DiscoveryError } from '@evenkeel/core';

/** The codes of gRPC that are told apart here (grpc.io, "Status codes and their use"). */
const GRPC = {
  invalidArgument: 3,
  notFound: 5,
  permissionDenied: 7,
  failedPrecondition: 9,
  unauthenticated: 16,
} as const;

const ANSWERS: readonly (number | undefined)[] = Object.values(GRPC);

/** etcd, or something in front of it, refused a request. */
export class EtcdError extends DiscoveryError {
  /** Status code of HTTP. */
  readonly status: number;
  /** Code of gRPC; undefined when it was not etcd that answered. */
  readonly grpcCode: number | undefined;

  constructor(message: string, status: number, grpcCode?: number) {
    super(message);
    this.status = status;
    this.grpcCode = grpcCode;
  }
}

/** Whether another member of the cluster would say the same. */
export function isAnswer(error: unknown): boolean {
  return error instanceof EtcdError && ANSWERS.includes(error.grpcCode);
}

/** Whether etcd refused because the lease is not there (any more). */
export function isLeaseGone(error: unknown): boolean {
  return error instanceof EtcdError && /lease not found/.test(error.message);
}

/** Whether etcd refused to grant a lease because it is there already. */
export function isLeaseThere(error: unknown): boolean {
  return error instanceof EtcdError && /lease already exists/.test(error.message);
}

/** Whether a new token may help: there is none, it has expired, or users and roles have changed since. */
export function isTokenOld(error: unknown): boolean {
  return (
    error instanceof EtcdError &&
    /invalid auth token|auth store is old|user name is empty/.test(error.message)
  );
}

/** Whether etcd does not ask who is there. */
export function isAuthOff(error: unknown): boolean {
  return error instanceof EtcdError && /authentication is not enabled/.test(error.message);
}

const UNREACHED: readonly unknown[] = [
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
];

/** Whether nothing was sent, so that the next endpoint may be asked the same. */
export function isUnreached(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isUnreached);
  return error instanceof Error && 'code' in error && UNREACHED.includes(error.code);
}
