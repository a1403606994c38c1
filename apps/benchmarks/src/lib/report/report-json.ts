import { cpus } from 'node:os';
import type { Report, Table } from './report.ts';

/** The class of machine that figures were taken on; says nothing about which machine it is. */
export interface MachineClass {
  readonly cores: number;
  readonly cpu: string;
  readonly node: string;
  readonly platform: string;
}

/** Describes this machine. */
export function machineClass(): MachineClass {
  const cores = cpus();
  return {
    cores: cores.length,
    cpu: cores[0]?.model ?? 'unknown',
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
  };
}

/** Turns a report into one JSON object: each row of a table becomes an object by column title. */
export function reportJson(benchmark: string, report: Report): string {
  return JSON.stringify({
    benchmark,
    machine: machineClass(),
    tables: report.tables.map(({ title, columns, rows }) => ({
      title,
      rows: rows.map((row) => asObject(columns, row)),
    })),
    targets: report.targets,
    notes: report.notes,
  });
}

function asObject(columns: Table['columns'], row: Table['rows'][number]): Record<string, unknown> {
  return Object.fromEntries(columns.map((column, index) => [column.title, row[index] ?? null]));
}
