/** The name of an instance, which some registries put behind that of a machine. */
export function nameOf(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1);
}
