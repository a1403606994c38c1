import type { StartOptions } from './service.ts';

/** Where a server runs: filled in when it is started. */
export interface Place {
  readonly ports: Readonly<Record<string, number>>;
  /** A folder of its own, kept over restarts that keep data. */
  readonly folder: string;
  readonly options: StartOptions;
}

/** A program to run. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** All that differs between the kinds of servers. */
export interface Recipe {
  /** Names of the ports it needs; the first is the main one. */
  readonly ports: readonly [string, ...string[]];
  /** Whether it keeps data over a kill without being asked to. */
  readonly keepsData: boolean;
  /** How long it may take to become ready, in ms. */
  readonly readyWithinMs: number;
  /**
   * Finds the program on this machine, or fetches it.
   *
   * @throws Error that says why the server cannot be had
   */
  locate(): Promise<(place: Place) => Command>;
  /** Whether the server can be used now. Never throws and never hangs. */
  ready(place: Place): Promise<boolean>;
}
