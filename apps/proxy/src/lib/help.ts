/** What `evenkeel --help` prints. */
export const HELP = `Usage: evenkeel <command> [options]

Commands:
  run --config FILE     run the proxy until SIGTERM or SIGINT, then drain; take another configuration
                        when FILE changes, and on SIGHUP
  register --config FILE -- COMMAND [ARGS]
                        run a command as a registered endpoint; see register --help
  check --config FILE   check a configuration without starting anything
  schema [register]     print the JSON Schema of the configuration, or of the file of register

Options:
  -c, --config FILE     the configuration, in YAML
  -h, --help            print this help
  -v, --version         print the version

Exit codes: 0 all well, 1 could not run (a port in use) or stopped by a second signal, 2 wrong arguments or configuration.`;

/** What `evenkeel register --help` prints. */
export const REGISTER_HELP = `Usage: evenkeel register --config FILE -- COMMAND [ARGS]

Starts COMMAND, waits until it answers at its address, and keeps it registered while it runs:

  register:
    redis: { url: "redis://127.0.0.1:6379", service: orders }
    address: 10.0.0.7:8080
    ready: { http: { path: /healthz } }

On SIGTERM or SIGINT: deregisters, waits drainDelayMs, sends SIGTERM to COMMAND, after shutdown.graceMs SIGKILL. Each further
signal cuts short what is being waited for. A registry that is away is tried again, and COMMAND goes on running.

Options:
  -c, --config FILE     the file, in YAML
  -h, --help            print this help

Exit codes: that of COMMAND; 128 and the number of the signal that killed it; 127 no such command, 126 it cannot be run; 1 not ready in
time; 2 wrong arguments or configuration.`;
