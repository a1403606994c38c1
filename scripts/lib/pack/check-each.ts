import { mapParallel } from '../map-parallel.ts';
import type { PackedPackage } from './pack-workspace.ts';

/** Checks packages a few at a time, prints what is wrong with each, indented below its name, and sets the exit code. */
export async function checkEach(
  packages: readonly PackedPackage[],
  check: (packed: PackedPackage) => Promise<readonly string[]>,
): Promise<void> {
  const results = await mapParallel(packages, async (packed) => {
    const built = packed.files.some((file) => file.startsWith('dist/'));
    return { packed, problems: built ? await check(packed) : ['is not built: there is no dist/'] };
  });
  for (const { packed, problems } of results) {
    console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${packed.manifest.name}`);
    for (const problem of problems) console.log(`  ${problem.replaceAll('\n', '\n    ')}`);
    if (problems.length > 0) process.exitCode = 1;
  }
}
