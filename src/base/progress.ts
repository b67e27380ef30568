/** Where a long job stands, for whoever shows it. */
export interface Progress {
  /** What is being counted. */
  readonly unit: 'images' | 'bytes' | 'files' | 'steps' | 'layers' | 'tiles';
  readonly done: number;
  /** Absent where nobody knows, as with a server that does not tell a length. */
  readonly total?: number;
  /** One phrase: 'drawing', 'downloading', 'unpacking'. */
  readonly stage: string;
}

export type OnProgress = (progress: Progress) => void;
