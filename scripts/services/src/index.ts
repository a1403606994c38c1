export { freePorts } from './free-ports.ts';
export { type KeepAliveLoad, type KeepAliveLoadOptions, keepAliveLoad } from './keep-alive-load.ts';
export { locateProgram, type Program, type ProgramName } from './programs.ts';
export { KINDS, type Service, type ServiceKind, type StartOptions } from './service.ts';
export { programGate, type RequireServiceOptions, type ServiceGate, serviceGate } from './service-gate.ts';
export { type ProgramPlace, type ProgramSetup, type RunningProgram, startProgram } from './start-program.ts';
export { startService } from './start-service.ts';
