/** What a load is to be. */
export interface LoadJob {
  /** Up to and with `/v1`. */
  url: string;
  token: string;
  calls: number;
  atOnce: number;
  isStream: boolean;
}

/** What came of it. Times of single calls, in milliseconds. */
export interface LoadResult {
  callsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  firstByteP50Ms: number;
}
