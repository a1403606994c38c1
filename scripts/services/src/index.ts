export { freePorts } from './free-ports.ts';
export { KINDS, type Service, type ServiceKind, type StartOptions } from './service.ts';
export { type RequireServiceOptions, type ServiceGate, serviceGate } from './service-gate.ts';
export { startService } from './start-service.ts';
