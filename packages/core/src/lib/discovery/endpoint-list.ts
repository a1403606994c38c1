import { type Endpoint, type EndpointInput, toEndpoint } from '../endpoint.ts';
import { InvalidOptionsError } from '../errors.ts';

const ENTRY = 'a "host:port" string or an object';

/**
 * Makes whole endpoints of what a user wrote.
 *
 * @param list addresses and partial endpoints
 * @param field the name that errors give the list
 * @throws InvalidOptionsError when the list is none, an entry is invalid, or two entries have the same id
 */
export function toEndpoints(list: unknown, field: string): readonly Endpoint[] {
  if (!Array.isArray(list)) throw new InvalidOptionsError(field, list, `a list of endpoints: ${ENTRY} each`);
  const seen = new Map<string, number>();
  return list.map((entry: unknown, index) => {
    const name = `${field}[${index}]`;
    const endpoint = toEndpoint(checkedInput(entry, name), name);
    const other = seen.get(endpoint.id);
    if (other !== undefined) {
      throw new InvalidOptionsError(`${name}.id`, endpoint.id, `an id other than that of ${field}[${other}]`);
    }
    seen.set(endpoint.id, index);
    return endpoint;
  });
}

/** Lists come from files and from plain JavaScript as well, so the types of the optional fields are no promise. */
function checkedInput(entry: unknown, name: string): string | EndpointInput {
  if (typeof entry === 'string') return entry;
  if (typeof entry !== 'object' || entry === null) throw new InvalidOptionsError(name, entry, ENTRY);
  const { id, zone, metadata }: { id?: unknown; zone?: unknown; metadata?: unknown } = entry;
  if (id !== undefined && (typeof id !== 'string' || id === '')) {
    throw new InvalidOptionsError(`${name}.id`, id, 'a string that is not empty');
  }
  if (zone !== undefined && typeof zone !== 'string') {
    throw new InvalidOptionsError(`${name}.zone`, zone, 'a string');
  }
  if (metadata !== undefined && !isStringMap(metadata)) {
    throw new InvalidOptionsError(`${name}.metadata`, metadata, 'an object whose values are strings');
  }
  return entry;
}

function isStringMap(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((item) => typeof item === 'string')
  );
}
