import type { HeartbeatOptions, Registrar } from '@evenkeel/core';
import type * as z from 'zod';

/** The endpoint that is registered, and what registrars of all registries have in common. */
export interface RegistrarInput extends HeartbeatOptions {
  readonly address: string;
  readonly id?: string;
  readonly weight?: number;
  readonly priority?: number;
  readonly zone?: string;
  readonly version?: string;
  readonly tags?: readonly string[];
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What a driver may use to build its registrar. */
export interface RegistrarContext {
  /** Relative paths start here: the folder of the configuration file. */
  readonly baseDir: string;
}

/** The registrar of one kind of registry, under its key in the configuration. */
export interface RegistrarDriver<S extends z.ZodType = z.ZodType> {
  readonly schema: S;
  /** Builds the registrar; nothing is asked of the registry before it registers. */
  build(config: z.output<S>, input: RegistrarInput, context: RegistrarContext): Registrar;
}

/** Ties the type of a driver's configuration to its schema. */
export function registrarDriver<S extends z.ZodType>(driver: RegistrarDriver<S>): RegistrarDriver<S> {
  return driver;
}
