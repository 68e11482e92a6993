// The limits of a log that a host may set. In a file of its own: a host's types must not need those of Node.
export interface FileLogLimits {
  readonly segmentBytes: number;
  readonly reserveBytes: number;
  readonly recordBytesMax: number;
  /** Within so long events are sealed by person, if `compact` is called every `compactEveryMs`. */
  readonly hotMs: number;
  readonly compactEveryMs: number;
  /** How many small cold segments lie beside one another before they are put together. */
  readonly coldTogetherMin: number;
}
