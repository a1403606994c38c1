import { malformed } from '../zookeeper-error.ts';
import { errorOfCode } from './error-code.ts';
import type { JuteReader } from './jute-reader.ts';
import { OPERATION, type Request } from './request.ts';

const NO_OPERATION = -1;

/**
 * Several changes as one: all are made, or none.
 *
 * @throws when it is read: ZookeeperError of the first change that could not be made
 */
export function multi(changes: readonly Request<unknown>[]): Request<void> {
  return {
    what: changes.map(({ what }) => what).join(', '),
    type: OPERATION.multi,
    write(writer) {
      for (const change of changes) {
        writer.int(change.type).bool(false).int(NO_OPERATION);
        change.write(writer);
      }
      writer.int(NO_OPERATION).bool(true).int(NO_OPERATION);
    },
    read(reader) {
      for (let index = 0; ; index++) {
        const type = reader.int();
        const done = reader.bool();
        reader.int();
        if (done) return;
        const change = changes[index];
        if (change === undefined) throw malformed('it has more results than there were changes');
        if (type === NO_OPERATION) throwFailure(reader, change);
        else if (type === change.type) change.read(reader);
        else throw malformed(`a result is of type ${type}`);
      }
    },
  };
}

/** The changes before the one that failed have a result, too: an error without a code. */
function throwFailure(reader: JuteReader, { what }: Request<unknown>): void {
  const code = reader.int();
  if (code !== 0) throw errorOfCode(code, what);
}
