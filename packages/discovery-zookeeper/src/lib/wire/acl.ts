import type { JuteWriter } from './jute-writer.ts';

/** Who may do what with a node: sums of 1 read, 2 write, 4 create, 8 delete, 16 administer. */
export type Acl = readonly { readonly rights: number; readonly scheme: string; readonly id: string }[];

/** Everybody may do everything. */
export const OPEN_ACL: Acl = [{ rights: 31, scheme: 'world', id: 'anyone' }];

/** Whoever creates the node may do everything, the others may read it. */
export const CREATOR_ACL: Acl = [
  { rights: 31, scheme: 'auth', id: '' },
  { rights: 1, scheme: 'world', id: 'anyone' },
];

/** Writes a list of `ACL` records. */
export function writeAcl(writer: JuteWriter, acl: Acl): void {
  writer.int(acl.length);
  for (const { rights, scheme, id } of acl) writer.int(rights).string(scheme).string(id);
}
