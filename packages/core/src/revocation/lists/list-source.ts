/** Where revocation lists come from, again and again. */
export interface ListSource {
  /** For events: the file or address. */
  readonly name: string;
  /** Whether a list of it that had not expired has ever been in use. */
  readonly isLoaded: boolean;
  /** The attempt that is under way, unless the one before failed: it is worth waiting for. */
  readonly loading: Promise<void> | undefined;
  /** Makes an attempt now, unless one is under way, and settles with it; goes on in the background. Never rejects. */
  load(): Promise<void>;
  /** The same, and once more after the one that is under way: that may have begun before what is new. */
  loadAnew(): Promise<void>;
  /** Ends what goes on in the background. */
  close(): void;
}
