/** What the core needs of an AbortSignal, which browsers and Node both have. */
export interface Abortable {
  readonly aborted: boolean;
  /** Throws the reason of the abort, once there was one. */
  throwIfAborted(): void;
}
