/** What we use of jsfive, which brings no types. */
declare module 'jsfive' {
  export class Group {
    readonly keys: string[];
    get(path: string): Group | Dataset | null;
  }
  export class File extends Group {
    constructor(bytes: ArrayBuffer, name?: string);
  }
  export class Dataset {
    readonly shape: ArrayLike<number> | undefined;
    /** Such as "<f4". */
    readonly dtype: unknown;
    readonly value: unknown;
  }
}
