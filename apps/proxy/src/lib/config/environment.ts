/** The variables that a configuration may name, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Hears of a variable that cannot be put in: where, and why. */
export type Complain = (path: readonly PropertyKey[], message: string) => void;

const NAME = /^[A-Za-z_]\w*$/;

/**
 * Puts environment variables into the strings of plain data: `${NAME}` is the value of `NAME`, `$${` a `${` that stays. Keys stay
 * as they are. What is put in is always text, and is not looked at again.
 */
export function withEnvironment(data: unknown, environment: Environment, complain: Complain): unknown {
  const expand = (value: unknown, path: readonly PropertyKey[]): unknown => {
    if (typeof value === 'string') return expandText(value, environment, (why) => complain(path, why));
    if (Array.isArray(value)) return value.map((one: unknown, index) => expand(one, [...path, index]));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, expand(one, [...path, key])]));
  };
  return expand(data, []);
}

function expandText(text: string, environment: Environment, complain: (message: string) => void): string {
  return text.replaceAll(/\$\$\{|\$\{([^}]*)\}?/g, (written: string, name: string | undefined) => {
    if (name === undefined) return '${';
    if (!NAME.test(name) || !written.endsWith('}')) {
      complain(`got "${written}", expected a variable such as "\${NAME}"; write "$\${" for "\${" itself`);
      return written;
    }
    const value = environment[name];
    if (value === undefined) complain(`the environment variable ${name} is not set`);
    return value ?? written;
  });
}
