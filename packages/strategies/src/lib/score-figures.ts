// The figures that a `RequestScore` keeps for each candidate in a `CandidateTable`.

/** What one request costs: the average latency, in ms; 0 while there is none. */
export const COST = 0;
/** Average of 1 for a success and 0 for a failure. */
export const SUCCESS = 1;
/** 1 when the last result was a failure. */
export const FAILING = 2;
/** Clock time of the last result. */
export const AT = 3;
/** Clock time of the last result, or of a request since that was given up and yet raised the cost. */
export const COST_AT = 4;
/** Peaks in a row; when negative, results in a row that say that a peak is over. */
export const RUN = 5;
/** Results that the cost was learned from. */
export const RESULTS = 6;
/** How fast the cost comes into doubt without results, in 1/ms. */
export const DOUBT_RATE = 7;

/** The figures of a candidate of which nothing is known. */
export const NEWCOMER: readonly number[] = [
  0,
  1,
  0,
  Number.NEGATIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  0,
  0,
];
