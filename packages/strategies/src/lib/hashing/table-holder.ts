import { type BackgroundBuild, buildInBackground, finishBuild } from './background-build.ts';
import type { KeyTable, KeyTableBuilder } from './key-table.ts';
import type { Placement } from './member.ts';

/** Builds that take longer, in µs, run in the background, unless there is no table to serve meanwhile. */
const MAX_COST = 15_000;

/** Keeps the table of a strategy, and replaces it when its members change. */
export class TableHolder<T extends KeyTable> {
  table: T | undefined;
  private readonly builder: KeyTableBuilder<T>;
  private placements: readonly Placement[] = [];
  private running: BackgroundBuild | undefined;
  private outdated = false;

  constructor(builder: KeyTableBuilder<T>) {
    this.builder = builder;
  }

  /** Builds a table for the placements: at once if that is quick or there is none yet, else slice by slice. */
  place(placements: readonly Placement[]): void {
    this.placements = placements;
    const { table, builder } = this;
    const atOnce =
      table === undefined || placements.length === 0 || builder.cost(placements, table) <= MAX_COST;
    if (atOnce) {
      this.running?.cancel();
      this.running = undefined;
      this.outdated = false;
      this.table = finishBuild(builder.build(placements, table));
    } else if (this.running === undefined) {
      this.running = buildInBackground(builder.build(placements, table), (built) => this.deliver(built));
    } else {
      // Starting over with each update would never come to an end while updates come fast.
      this.outdated = true;
    }
    this.refresh();
  }

  /** Enters the candidates of today: those that left since the table was built are never found in it. */
  refresh(): void {
    const { table } = this;
    if (table === undefined) return;
    for (let i = 0; i < table.placements.length; i += 1) {
      table.candidates[i] = (table.placements[i] as Placement).member.candidate;
    }
  }

  private deliver(built: T | undefined): void {
    this.table = built;
    this.running = undefined;
    if (this.outdated) {
      this.outdated = false;
      this.place(this.placements);
    } else {
      this.refresh();
    }
  }
}
