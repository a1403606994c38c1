import type { ClientSettings } from '../client/client-model.ts';
import type { Scenario } from '../scenario.ts';
import type { StrategyFactory } from '../strategy-factory.ts';

/** A strategy on trial in a scenario of the catalogue. */
export interface Trial {
  readonly strategy: StrategyFactory;
  /** An integer. @default 1 */
  readonly seed?: number;
  /** How many endpoints there are. @default as the template says */
  readonly endpoints?: number;
  /** Replaces settings of the clients, such as `hedge` or `retry`. @default the template's */
  readonly client?: ClientSettings;
}

/** A scenario of the catalogue: everything but the strategy. Some take more than a {@link Trial} says. */
export interface ScenarioTemplate<T extends Trial = Trial> {
  /** Lower-case words joined by hyphens. */
  readonly name: string;
  /** One sentence: what happens. */
  readonly summary: string;
  /** Where the experiment or its reference figures are from, if they are published. */
  readonly source?: string;
  /** How many endpoints there are by default. */
  readonly endpoints: number;
  /** @throws InvalidOptionsError when there are too few endpoints for it */
  make(trial: T): Scenario;
}
