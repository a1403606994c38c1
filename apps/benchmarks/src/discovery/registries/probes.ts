/** The interval of quick probes, in ms. */
export const PROBE_MS = 1_000;

/** How long each of them may take, in ms: with it an outage is noticed within two intervals. */
export const PROBE_TIMEOUT_MS = 500;
